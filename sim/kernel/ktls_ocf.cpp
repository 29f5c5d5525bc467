#include "sim/kernel/ktls_ocf.hpp"

#include "sim/drivers/driver.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

// The driver is synchronous: the request is done when crypto_dispatch returns.
void ktls_ocf_callback_sync(Kernel&, Cryptop&) {}

// The driver is asynchronous and the worker sleeps: in the driver's completion context.
void ktls_ocf_callback_async(Kernel& k, Cryptop& crp) {
  KtlsSession& tls = crp.so->tls;
  k.mtx_lock(tls.os_lock, k.locks.ocf_session);
  k.charge(Function::ktls_ocf_callback, k.scenario.host.ktls.ktls_ocf_callback_ns.ns());
  crp.oo_done = true;
  Thread* const waiter = crp.waiter;
  k.mtx_unlock(tls.os_lock);
  k.wakeup(waiter, "ocfktls");
}

// An EAGAIN is retried at once.
void retry(Kernel& k, Cryptop& crp) {
  crp.crp_etype = Errno::ok;
  crp.done = false;
  crp.oo_done = false;
  ++k.ktls.stats.retries;
}

Errno ktls_ocf_dispatch(Kernel& k, Cryptop& crp) {
  const bool sync = k.driver->sync();
  KtlsSession& tls = crp.so->tls;
  crp.crp_callback =
      sync && !k.scenario.ktls.legacy_callback ? ktls_ocf_callback_sync : ktls_ocf_callback_async;
  for (;;) {
    crypto_dispatch(k, crp);
    if (!sync) {
      k.mtx_lock(tls.os_lock, k.locks.ocf_session);
      while (!crp.oo_done) {
        crp.waiter = k.sched.curthread();
        k.mtx_unlock(tls.os_lock);
        if (!crp.oo_done) k.sched.sleep("ocfktls");
        k.mtx_lock(tls.os_lock, k.locks.ocf_session);
      }
      k.mtx_unlock(tls.os_lock);
    }
    if (crp.crp_etype != Errno::eagain) return crp.crp_etype;
    retry(k, crp);
  }
}

void ktls_ocf_dispatch_async_cb(Kernel& k, Cryptop& crp) {
  if (crp.crp_etype == Errno::eagain) {
    retry(k, crp);
    crypto_dispatch(k, crp);
    return;
  }
  ktls_encrypt_cb(k, *crp.crp_opaque, crp.crp_etype);
}

Errno ktls_ocf_dispatch_async(Kernel& k, KtlsOcfEncryptState& state) {
  state.crp.crp_opaque = &state;
  state.crp.crp_callback = ktls_ocf_dispatch_async_cb;
  crypto_dispatch(k, state.crp);
  return Errno::ok;
}

}  // namespace

bool ktls_ocf_sync_dispatch(const Kernel& k) {
  return k.driver->sync() || k.scenario.ktls.dispatch == Dispatch::blocking;
}

Errno ktls_ocf_encrypt(Kernel& k, KtlsOcfEncryptState& state) {
  k.charge(Function::ktls_ocf_encrypt, k.scenario.host.ktls.ktls_ocf_encrypt_ns.ns());
  Mbuf& m = *state.m;
  state.crp = Cryptop{};
  state.crp.so = m.so;
  state.crp.cb_mbuf = &m;
  state.crp.payload_bytes = m.payload_bytes;
  KtlsStats& stats = k.ktls.stats;
  ++(k.scenario.tls.version == TlsVersion::tls12 ? stats.tls12_gcm_crypts : stats.tls13_gcm_crypts);
  ++(m.file_backed ? stats.separate_output : stats.inplace);
  return m.so->tls.sync_dispatch ? ktls_ocf_dispatch(k, state.crp) : ktls_ocf_dispatch_async(k, state);
}

}  // namespace ktlssim
