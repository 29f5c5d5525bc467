#include "sim/kernel/ktls_ocf.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/what_if.hpp"

namespace ktlssim {

namespace {

Errno ktls_ocf_dispatch_async(Kernel& k, KtlsOcfEncryptState& state);

// The driver is synchronous: the request is done when crypto_dispatch returns.
void ktls_ocf_callback_sync(Kernel&, Cryptop&) {}

// The driver is asynchronous and the worker sleeps: in the driver's completion context.
void ktls_ocf_callback_async(Kernel& k, Cryptop& crp) {
  const Frame frame(k.sched, "ktls_ocf_callback_async");
  Mutex& os_lock = *crp.os_lock;
  k.mtx_lock(os_lock, k.locks.ocf_session);
  k.charge(Function::ktls_ocf_callback, k.scenario.host.ktls.ktls_ocf_callback_ns.ns());
  crp.oo_done = true;
  Thread* const waiter = crp.waiter;
  k.mtx_unlock(os_lock);
  k.wakeup(waiter, "ocfktls");
}

// An EAGAIN is retried at once.
void retry(Kernel& k, Cryptop& crp) {
  crp.crp_etype = Errno::ok;
  crp.done = false;
  crp.oo_done = false;
  ++k.ktls.stats.retries;
}

Errno ktls_ocf_dispatch(Kernel& k, Cryptop& crp, KtlsSession& tls) {
  const Frame frame(k.sched, "ktls_ocf_dispatch");
  const bool sync = crp.ses->driver->sync();
  crp.os_lock = &tls.os_lock;
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

// crypto_initreq and what the request needs beside it.
void request(Kernel& k, KtlsOcfEncryptState& state, CryptoSession& ses, std::int64_t bytes) {
  k.spend(Function::ktls_ocf_encrypt, k.scenario.host.ktls.ktls_ocf_encrypt_ns.ns());
  state.crp = Cryptop{};
  state.crp.ses = &ses;
  state.crp.cb_mbuf = state.m;
  state.crp.payload_bytes = bytes;
}

// The second request of an AES-CBC record: payload, MAC and padding are encrypted.
void cipher_request(Kernel& k, KtlsOcfEncryptState& state) {
  KtlsSession& tls = state.m->so->tls;
  const std::int64_t payload = state.m->payload_bytes;
  request(k, state, tls.crypto, payload + tls.framing.trailer_bytes(payload));
}

// The kernel dispatches again from within the callback, one level deeper on its stack each time. Here the
// dispatch under way does it, and counts the levels.
void ktls_ocf_dispatch_async_cb(Kernel& k, Cryptop& crp) {
  if (crp.crp_etype == Errno::eagain) {
    *crp.again = true;
    return;
  }
  KtlsOcfEncryptState& state = *crp.crp_opaque;
  const KtlsSession& tls = state.m->so->tls;
  spill_done(crp);
  if (crp.crp_etype == Errno::ok && crp.ses == &tls.mac) {  // what-if async_cbc
    cipher_request(k, state);
    ktls_ocf_dispatch_async(k, state);
    return;
  }
  ktls_encrypt_cb(k, state, crp.crp_etype);
}

void check_stack(Kernel& k, const DriverProfile& driver, std::int64_t depth) {
  if (!driver.has_qat_ocf) return;
  const std::int64_t bytes = depth * driver.qat_ocf.retry_frame_bytes.count();
  const std::int64_t stack_bytes = driver.qat_ocf.kernel_stack_bytes.count();
  if (bytes > stack_bytes)
    throw KernelPanic(
        fmt::format("the kernel panics at {} ns: {} overflows its stack of {} bytes, {} of EAGAIN "
                    "deep, each from within the callback of the last (ktls_ocf_dispatch_async_cb)",
                    k.now().count(), k.sched.curthread()->name, stack_bytes, depth == 1 ? "1 retry" : fmt::format("{} retries", depth)));
}

Errno ktls_ocf_dispatch_async(Kernel& k, KtlsOcfEncryptState& state) {
  const Frame frame(k.sched, "ktls_ocf_dispatch_async");
  Cryptop& crp = state.crp;
  const DriverProfile& driver = crp.ses->driver->profile();
  crp.crp_opaque = &state;
  crp.crp_callback = ktls_ocf_dispatch_async_cb;
  bool again = false;
  crp.again = &again;
  crypto_dispatch(k, crp);
  for (std::int64_t depth = 1; again; ++depth) {
    k.ktls.stats.retry_depth_max = std::max(k.ktls.stats.retry_depth_max, depth);
    check_stack(k, driver, depth);
    again = false;
    retry(k, crp);
    crypto_dispatch(k, crp);
  }
  return Errno::ok;
}

std::int64_t& records_of(OcfRecords& records, const KtlsSession& tls) {
  const bool chacha20 = tls.cipher == Cipher::chacha20_poly1305;
  switch (tls.version) {
    case TlsVersion::tls10:
      return records.tls10_cbc;
    case TlsVersion::tls11:
      return records.tls11_cbc;
    case TlsVersion::tls12:
      if (!is_aead(tls.cipher)) return records.tls11_cbc;
      return chacha20 ? records.tls12_chacha20 : records.tls12_gcm;
    case TlsVersion::tls13:
      return chacha20 ? records.tls13_chacha20 : records.tls13_gcm;
  }
  throw ModelError("unknown TLS version");
}

// ktls_ocf_tls12_aead_encrypt and ktls_ocf_tls13_aead_encrypt
Errno ktls_ocf_tls_aead_encrypt(Kernel& k, KtlsOcfEncryptState& state) {
  KtlsSession& tls = state.m->so->tls;
  const bool spills = k.scenario.what_if.spills() && tls.spill.driver != nullptr;
  request(k, state, spills ? spill_or_not(k, tls) : tls.crypto, state.m->payload_bytes);
  if (spills) {
    k.settle();
    spill_given(state.crp);
  }
  if (!tls.sync_dispatch) return ktls_ocf_dispatch_async(k, state);
  const Errno error = ktls_ocf_dispatch(k, state.crp, tls);
  spill_done(state.crp);
  return error;
}

// First the MAC of payload and pseudo header, then payload, MAC and padding are encrypted; each is waited
// for.
Errno ktls_ocf_tls_cbc_encrypt(Kernel& k, KtlsOcfEncryptState& state) {
  KtlsSession& tls = state.m->so->tls;
  const std::int64_t payload = state.m->payload_bytes;
  request(k, state, tls.mac, payload + tls.framing.aad_bytes);
  if (!tls.sync_dispatch) return ktls_ocf_dispatch_async(k, state);
  const Errno error = ktls_ocf_dispatch(k, state.crp, tls);
  if (error != Errno::ok) return error;
  cipher_request(k, state);
  return ktls_ocf_dispatch(k, state.crp, tls);
}

}  // namespace

void ktls_ocf_try(Kernel& k, KtlsSession& tls) {
  crypto_newsession(k, tls.crypto, encryption(tls.cipher));
  if (!is_aead(tls.cipher)) crypto_newsession(k, tls.mac, mac(tls.cipher));
  open_spill_session(k, tls);
  tls.encrypts = &records_of(k.ktls.stats.encrypts, tls);
  tls.sync_dispatch = k.scenario.ktls.dispatch == Dispatch::blocking || tls.crypto.driver->sync() ||
                      (!is_aead(tls.cipher) && !k.scenario.what_if.async_cbc);
}

Errno ktls_ocf_decrypt(Kernel& k, KtlsSession& tls, Mbuf& m, std::int64_t payload_bytes) {
  const Frame frame(k.sched, "ktls_ocf_decrypt");
  KtlsOcfEncryptState state;
  state.m = &m;
  ++records_of(k.ktls.stats.decrypts, tls);
  if (is_aead(tls.cipher)) {
    request(k, state, tls.crypto, payload_bytes);
    return ktls_ocf_dispatch(k, state.crp, tls);
  }
  // What follows the header is decrypted; then the MAC of what that has brought to light is computed and compared.
  request(k, state, tls.crypto, payload_bytes + tls.framing.trailer_bytes(payload_bytes));
  const Errno error = ktls_ocf_dispatch(k, state.crp, tls);
  if (error != Errno::ok) return error;
  request(k, state, tls.mac, payload_bytes + tls.framing.aad_bytes);
  return ktls_ocf_dispatch(k, state.crp, tls);
}

Errno ktls_ocf_encrypt(Kernel& k, KtlsOcfEncryptState& state) {
  const Frame frame(k.sched, "ktls_ocf_encrypt");
  const KtlsSession& tls = state.m->so->tls;
  KtlsStats& stats = k.ktls.stats;
  ++*tls.encrypts;
  ++(state.m->file_backed ? stats.separate_output : stats.inplace);
  return is_aead(tls.cipher) ? ktls_ocf_tls_aead_encrypt(k, state) : ktls_ocf_tls_cbc_encrypt(k, state);
}

}  // namespace ktlssim
