#include "sim/kernel/uipc_socket.hpp"

#include <algorithm>

#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"

namespace ktlssim {

namespace {

const ApplicationCosts& costs(const Kernel& k) { return k.scenario.host.application; }

// Records of up to maxlen for `bytes` bytes; returns the first.
Mbuf& record_chain(Kernel& k, std::int64_t bytes, bool file_backed) {
  Mbuf* top = nullptr;
  Mbuf* tail = nullptr;
  const std::int64_t maxlen = k.scenario.ktls.maxlen_bytes;
  while (bytes > 0) {
    k.charge(Function::mb_alloc_ext_pgs, costs(k).mb_alloc_ext_pgs_ns.ns());
    Mbuf& m = k.mbufs.get();
    m.payload_bytes = static_cast<std::int32_t>(std::min(bytes, maxlen));
    m.npgs = static_cast<std::int32_t>(pages_of(m.payload_bytes));
    m.file_backed = file_backed;
    m.destination = file_backed ? DestinationBuffer::none : DestinationBuffer::in_place;
    bytes -= m.payload_bytes;
    (top == nullptr ? top : tail->m_next) = &m;
    tail = &m;
  }
  return *top;
}

// Frames a chain, appends it not ready, and queues it for encryption: one batch.
void send_batch(Kernel& k, Socket& so, Mbuf& top) {
  const int enq_cnt = ktls_frame(k, top, so);
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.charge(Function::pr_send, costs(k).sbappend_ns.ns());
  const bool dropped = so.dropped;
  if (!dropped) {
    ktls_seq(so, top);
    sbappendstream(so, top);
  }
  k.mtx_unlock(so.inp_lock);
  if (dropped) {
    for (Mbuf* m = &top; m != nullptr;) mb_free_extpg(k, *std::exchange(m, m->m_next));
    return;
  }
  soref(k, so);
  ++k.ktls.batches_outstanding;
  ktls_enqueue(k, top, so, enq_cnt);
}

// Space for a write of `wanted` bytes, or 0: there is none now and the caller does not wait, or the
// connection failed.
std::int64_t wait_for_space(Kernel& k, Socket& so, std::int64_t wanted, bool nonblocking) {
  while (!so.dropped) {
    const std::int64_t space = so.so_snd.space();
    if (space >= wanted || (space > 0 && space >= so.so_snd.sb_lowat)) return std::min(space, wanted);
    if (nonblocking) return 0;
    so.sbwait = k.sched.curthread();
    k.sched.sleep("sbwait");
    so.sbwait = nullptr;
    k.sched.raise_to_socket_priority(*k.sched.curthread());
  }
  return 0;
}

}  // namespace

void soref(Kernel& k, Socket& so) {
  k.charge(Function::soref, k.scenario.host.ktls.soref_ns.ns());
  ++so.refs;
}

void sorele(Kernel& k, Socket& so) {
  k.charge(Function::sorele, k.scenario.host.ktls.sorele_ns.ns());
  if (--so.refs < 1) throw ModelError("sorele: more socket references dropped than taken");
}

SendResult sosend_generic(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking) {
  k.charge(Function::sosend_generic, costs(k).sosend_ns.ns());
  std::int64_t left = bytes;
  while (left > 0) {
    const std::int64_t space = wait_for_space(k, so, left, nonblocking);
    if (space == 0) break;
    k.charge(Function::copyin, costs(k).copyin_ns_per_byte.times(space));
    k.charge(Function::m_uiotombuf, costs(k).anonymous_page_ns.times(pages_of(space)));
    send_batch(k, so, record_chain(k, space, false));
    left -= space;
  }
  return {bytes - left, so.dropped};
}

SendResult vn_sendfile(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking) {
  k.charge(Function::vn_sendfile, costs(k).sendfile_ns.ns());
  so.so_snd.sb_lowat = std::max(so.so_snd.sb_lowat, so.so_snd.sb_hiwat / 2);
  std::int64_t left = bytes;
  while (left > 0) {
    const std::int64_t space = wait_for_space(k, so, left, nonblocking);
    if (space == 0) break;
    k.charge(Function::vn_sendfile, costs(k).sendfile_page_ns.times(pages_of(space)));
    send_batch(k, so, record_chain(k, space, true));
    left -= space;
  }
  return {bytes - left, so.dropped};
}

}  // namespace ktlssim
