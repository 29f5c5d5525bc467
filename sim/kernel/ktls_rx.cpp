#include "sim/kernel/ktls_rx.hpp"

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/ktls_ocf.hpp"

namespace ktlssim {

namespace {

bool has_record(const KtlsRx& rx) { return !rx.records.empty() && rx.encrypted_bytes >= rx.records.front(); }

}  // namespace

void ktls_enable_rx(Kernel& k, KtlsRx& rx, Socket& so) {
  rx.so = &so;
  so.peer_rx = &rx;
  rx.tls.version = so.tls.version;
  rx.tls.cipher = so.tls.cipher;
  rx.tls.framing = so.tls.framing;
  ktls_ocf_try(k, rx.tls);
  rx.tls.wq = so.tls.wq;  // as ktls_get_cpu decides by the flow id of the same connection
}

void ktls_check_rx(Kernel& k, KtlsRx& rx) {
  const Frame frame(k.sched, "ktls_check_rx");
  if (rx.running || !has_record(rx)) return;
  rx.running = true;
  KtlsWq& wq = *rx.tls.wq;
  k.mtx_lock(wq.mtx, k.locks.work_queue);
  k.charge(Function::ktls_check_rx, ktls_costs(k).ktls_check_rx_ns.ns() + ktls_costs(k).soref_ns.ns());
  wq.so_head.push_back(&rx);
  ++k.ktls.stats.sw_rx_inqueue;
  const bool running = wq.running;
  k.mtx_unlock(wq.mtx);
  if (!running) k.wakeup(wq.thread, "-");
}

void ktls_decrypt(Kernel& k, KtlsRx& rx) {
  const Frame frame(k.sched, "ktls_decrypt");
  std::int64_t plain = 0;
  while (has_record(rx) && !rx.so->dropped) {
    const std::int32_t wire_bytes = rx.records.front();
    rx.records.pop_front();
    rx.encrypted_bytes -= wire_bytes;
    k.charge(Function::ktls_decrypt, ktls_costs(k).ktls_decrypt_ns.ns());
    Mbuf& m = k.mbufs.get();
    m.destination = DestinationBuffer::in_place;
    const Errno error = ktls_ocf_decrypt(k, rx.tls, m, wire_bytes - rx.tls.framing.wire_bytes(0));
    k.mbufs.put(m);
    if (error == Errno::ok)
      plain += wire_bytes;
    else
      rx.reader->bad_record(rx, wire_bytes);
  }
  rx.running = false;
  if (plain > 0) rx.reader->decrypted(rx, plain);
  k.charge(Function::sorele, ktls_costs(k).sorele_ns.ns());
}

}  // namespace ktlssim
