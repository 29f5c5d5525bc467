#include "sim/kernel/uipc_socket.hpp"

#include <algorithm>
#include <utility>

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/ktls_rx.hpp"
#include "sim/kernel/tcp.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"

namespace ktlssim {

namespace {

// Records of up to maxlen for `bytes` copied bytes; returns the first.
Mbuf& anonymous_records(Kernel& k, std::int64_t bytes) {
  RecordChain chain;
  while (bytes > 0) {
    const std::int64_t payload = std::min(bytes, k.scenario.ktls.maxlen_bytes);
    chain.append(k, payload, pages_of(payload, 0, k.scenario.host.page()), false);
    bytes -= payload;
  }
  return *chain.top;
}

// The NIC will encrypt these records: they were never not ready.
void send_plain(Kernel& k, Socket& so, Mbuf& top) {
  int records = 0;
  for (Mbuf* m = &top; m != nullptr; m = m->m_next, ++records) {
    k.recorder.enqueued(m->stays, k.now());
    k.recorder.stations.leave(m->stays, Place::work_queue, k.now());
  }
  if (sbready(k, so, top, records)) tcp_output(k, so);
}

// pr_send of plain mbufs, which were never not ready: the last of a record, or a piece without its payload.
void pr_send_plain(Kernel& k, Socket& so, Mbuf& m) {
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.mtx_lock(so.so_snd.sb_mtx, k.locks.sockbuf);
  k.charge(Function::pr_send, application_costs(k).sbappend_ns.ns());
  m.not_ready = false;
  m.destination = DestinationBuffer::in_place;
  if (k.numa.matters()) m.lines_in = m.page_domain = static_cast<std::uint8_t>(curdomain(k));
  sbappendstream(so, m);
  so.so_snd.sb_fnrdy = nullptr;
  so.so_snd.sb_acc += m.wire_bytes;
  if (m.payload_bytes > 0) {
    k.recorder.ready(m.stays, m.payload_bytes, k.now());
    k.recorder.stations.enter(m.stays, Place::send_buffer, k.now());
  }
  k.recorder.filled("send buffers, bytes", 0, m.wire_bytes, k.now());
  k.mtx_unlock(so.so_snd.sb_mtx);
  tcp_output(k, so);
  k.mtx_unlock(so.inp_lock);
}

}  // namespace

void RecordChain::append(Kernel& k, std::int64_t payload_bytes, std::int64_t npgs, bool file_backed) {
  k.spend(Function::mb_alloc_ext_pgs, application_costs(k).mb_alloc_ext_pgs_ns.ns());
  Mbuf& m = k.mbufs.get();
  m.payload_bytes = static_cast<std::int32_t>(payload_bytes);
  m.npgs = static_cast<std::int32_t>(npgs);
  m.file_backed = file_backed;
  m.destination = file_backed ? DestinationBuffer::none : DestinationBuffer::in_place;
  (top == nullptr ? top : tail->m_next) = &m;
  tail = &m;
}

std::int64_t sbwait_space(Kernel& k, Socket& so, std::int64_t wanted, bool nonblocking) {
  k.settle();
  const SendBuffer& sb = so.so_snd;
  const auto enough = [&sb, wanted] {
    return sb.space() >= wanted || (sb.space() > 0 && sb.space() >= sb.sb_lowat);
  };
  while (!so.dropped) {
    k.mtx_lock(so.so_snd.sb_mtx, k.locks.sockbuf);
    const std::int64_t space = !so.dropped && enough() ? std::min(sb.space(), wanted) : 0;
    k.mtx_unlock(so.so_snd.sb_mtx);
    if (space > 0) return space;
    if (nonblocking) return 0;
    if (so.dropped || enough()) continue;  // meanwhile; the kernel sleeps before it lets go of the lock
    so.sbwait = k.sched.curthread();
    k.sched.sleep("sbwait");
    so.sbwait = nullptr;
  }
  return 0;
}

bool pr_send(Kernel& k, Socket& so, Mbuf& top) {
  const Frame frame(k.sched, "pr_send");
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.mtx_lock(so.so_snd.sb_mtx, k.locks.sockbuf);
  k.charge(Function::pr_send, application_costs(k).sbappend_ns.ns());
  const bool dropped = so.dropped;
  if (!dropped) {
    ktls_seq(so, top);
    const std::int64_t before = so.so_snd.sb_ccc;
    sbappendstream(so, top);
    for (Mbuf* m = &top; m != nullptr; m = m->m_next)
      k.recorder.stations.enter(m->stays, Place::send_buffer, k.now());
    k.recorder.filled("send buffers, bytes", 0, so.so_snd.sb_ccc - before, k.now());
  }
  k.mtx_unlock(so.so_snd.sb_mtx);
  if (!dropped) {
    if (so.peer_rx != nullptr)
      for (const Mbuf* m = &top; m != nullptr; m = m->m_next) so.peer_rx->records.push_back(m->wire_bytes);
    if (so.tls.mode == KtlsMode::ifnet) send_plain(k, so, top);
  }
  k.mtx_unlock(so.inp_lock);
  if (dropped)
    for (Mbuf* m = &top; m != nullptr;) mb_free_extpg(k, *std::exchange(m, m->m_next));
  return !dropped;
}

void soref(Kernel& k, Socket& so) {
  k.spend(Function::soref, k.scenario.host.ktls.soref_ns.ns());
  ++so.refs;
}

void sorele(Kernel& k, Socket& so, std::int64_t& holders) {
  const bool lock = k.scenario.kernel.ktls.sorele_lock.value();
  if (lock) k.mtx_lock(so.so_lock, k.locks.inpcb);
  k.spend(Function::sorele, k.scenario.host.ktls.sorele_ns.ns());
  if (--so.refs < 1) throw ModelError("sorele: more socket references dropped than taken");
  --holders;
  if (lock) k.mtx_unlock(so.so_lock);
}

bool sosend_sealed(Kernel& k, Socket& so, Mbuf& record, bool nonblocking) {
  k.charge(Function::sosend_generic, application_costs(k).sosend_ns.ns());
  for (;;) {
    const std::int64_t bytes = sbwait_space(k, so, record.wire_bytes, nonblocking);
    if (bytes == 0) return false;
    k.charge_moving(Function::copyin, application_costs(k).copyin_ns_per_byte.times(bytes), k.memory.copied(bytes));
    const std::int64_t pages = pages_of(bytes);
    k.spend(Function::m_getm2, k.scenario.host.userland.mjumpage_ns.times(pages));
    const bool whole = bytes == record.wire_bytes;
    Mbuf& m = whole ? record : k.mbufs.get();
    if (!whole) record.wire_bytes -= static_cast<std::int32_t>(bytes);
    m.wire_bytes = static_cast<std::int32_t>(bytes);
    m.npgs = static_cast<std::int32_t>(pages);
    pr_send_plain(k, so, m);
    if (whole) return true;
  }
}

SendResult sosend_generic(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking) {
  const Frame frame(k.sched, "sosend_generic");
  k.charge(Function::sosend_generic, application_costs(k).sosend_ns.ns());
  std::int64_t left = bytes;
  while (left > 0) {
    const std::int64_t space = sbwait_space(k, so, left, nonblocking);
    if (space == 0) break;
    k.charge_moving(Function::copyin, application_costs(k).copyin_ns_per_byte.times(space), k.memory.copied(space));
    k.spend(Function::m_uiotombuf, application_costs(k).anonymous_page_ns.times(pages_of(space, 0, k.scenario.host.page())));
    Mbuf& top = anonymous_records(k, space);
    const int enq_cnt = ktls_frame(k, top, so);
    if (pr_send(k, so, top) && so.tls.mode == KtlsMode::software) {
      soref(k, so);
      ++k.ktls.batches_outstanding;
      ktls_enqueue(k, top, so, enq_cnt);
    }
    left -= space;
  }
  return {bytes - left, so.dropped};
}

}  // namespace ktlssim
