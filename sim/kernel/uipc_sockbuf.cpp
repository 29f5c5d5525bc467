#include "sim/kernel/uipc_sockbuf.hpp"

#include <fmt/format.h>

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kern_event.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

void sbappendstream(Socket& so, Mbuf& top) {
  SendBuffer& sb = so.so_snd;
  (sb.sb_mb == nullptr ? sb.sb_mb : sb.sb_mbtail->m_next) = &top;
  if (sb.sb_fnrdy == nullptr) sb.sb_fnrdy = &top;
  for (Mbuf* m = &top; m != nullptr; m = m->m_next) {
    sb.sb_ccc += m->wire_bytes;
    m->in_sockbuf = true;
    sb.sb_mbtail = m;
  }
}

namespace {

// sbready_compress over the records just made ready: neighbours of which both are in the range.
void sbready_compress(Kernel& k, SendBuffer& sb, std::int64_t records) {
  if (!k.scenario.ktls.sbready_compress || records < 2) return;
  sb.folded_headers += records - 1;
  k.spend(Function::sbready, k.scenario.host.tcp.sbready_compress_ns.times(records - 1));
}

}  // namespace

bool sbready(Kernel& k, Socket& so, Mbuf& top, int records) {
  SendBuffer& sb = so.so_snd;
  k.charge(Function::sbready, k.scenario.host.tcp.sbready_ns.ns() * records);
  Mbuf* m = &top;
  for (int i = 0; i < records; ++i, m = m->m_next) {
    m->not_ready = false;
    k.recorder.ready(m->stays, m->payload_bytes, k.now());
  }
  // Completions come in any order, bytes leave in theirs: behind a record that is not ready these stay M_BLOCKED, and
  // tcp_usr_ready does not call tcp_output (EINPROGRESS).
  if (sb.sb_fnrdy != &top) {
    sbready_compress(k, sb, records);
    return false;
  }
  // The head lets go what became ready behind it, so that one call of tcp_output may send many records.
  std::int64_t released = 0;
  for (m = &top; m != nullptr && !m->not_ready; m = m->m_next) {
    if (m->seqno != ++so.last_released_seqno)
      throw ModelError(fmt::format("session {}: record {} released after record {}", so.index, m->seqno,
                                   so.last_released_seqno - 1));
    sb.sb_acc += m->wire_bytes;
    ++released;
  }
  sb.sb_fnrdy = m;
  sbready_compress(k, sb, released);
  return true;
}

void sbdrop(Kernel& k, Socket& so, std::int64_t bytes) {
  const Frame frame(k.sched, "sbdrop");
  SendBuffer& sb = so.so_snd;
  sb.sb_ccc -= bytes;
  sb.sb_acc -= bytes;
  sb.acked_of_head += bytes;
  k.recorder.filled("send buffers, bytes", 0, -bytes, k.settled_at());
  while (sb.sb_mb != nullptr && sb.acked_of_head >= sb.sb_mb->wire_bytes) {
    Mbuf& m = *sb.sb_mb;
    if (m.not_ready)
      throw ModelError(
          fmt::format("session {}: record {} acknowledged before it was ready", so.index, m.seqno));
    sb.acked_of_head -= m.wire_bytes;
    sb.sb_mb = m.m_next;
    if (m.payload_bytes > 0) {  // a piece of a record has none
      k.recorder.stations.leave(m.stays, Place::send_buffer, k.settled_at());
      k.recorder.delivered(so.group, m.payload_bytes);
      k.recorder.acknowledged(m.stays, m.payload_bytes, k.settled_at());
    }
    mb_free_extpg(k, m);
  }
}

void sbflush(Kernel& k, Socket& so) {
  const Frame frame(k.sched, "sbflush");
  SendBuffer& sb = so.so_snd;
  Mbuf* m = sb.sb_mb;
  k.recorder.filled("send buffers, bytes", 0, -sb.sb_ccc, k.now());
  sb.sb_mb = sb.sb_mbtail = sb.sb_fnrdy = nullptr;
  sb.sb_ccc = sb.sb_acc = sb.acked_of_head = sb.folded_headers = 0;
  while (m != nullptr) {
    Mbuf& record = *m;
    m = m->m_next;
    record.in_sockbuf = false;
    k.recorder.stations.leave(record.stays, Place::send_buffer, k.settled_at());
    if (!record.not_ready) mb_free_extpg(k, record);
  }
}

void sbautosize(Kernel& k, Socket& so) {
  k.settle();
  const KernelNetwork& kernel = k.scenario.kernel.network;
  SendBuffer& sb = so.so_snd;
  const std::int64_t most =
      std::min(k.scenario.workload.send_buffer_max_bytes, kernel.largest_sockbuf_bytes());  // sbreserve refuses more
  const std::int64_t window = so.snd_wnd_edge - so.snd_una;
  const std::int64_t unsent = sb.sb_ccc - (so.snd_nxt - so.snd_una);
  if (window / 4 * 5 >= sb.sb_hiwat && sb.sb_ccc >= sb.sb_hiwat / 8 * 7 && sb.sb_ccc < most && window >= unsent)
    sb.sb_hiwat = std::max(sb.sb_hiwat, std::min(sb.sb_hiwat + kernel.sendbuf_inc_bytes.count(), most));
}

namespace {

// selwakeuppri(PSOCK): whatever the space, and with a better priority until the thread returns to user mode.
void selwakeup(Kernel& k, Socket& so) {
  so.knote_armed = false;
  k.charge(Function::wakeup, k.scenario.host.scheduler.wakeup_ns.ns());
  Thread* const thread = so.kqueue->waiter;
  if (thread == nullptr || (thread->state != ThreadState::sleeping && !thread->dozing)) return;
  if (!thread->dozing) k.sched.raise(*thread, static_cast<int>(k.scenario.kernel.scheduler.pri_socket_sleep.count()));
  k.sched.make_runnable(*thread);
}

}  // namespace

void sowwakeup(Kernel& k, Socket& so) {
  const Frame frame(k.sched, "sowwakeup");
  k.settle();
  if (so.sbwait == nullptr && !so.knote_armed) return;  // also: no thread has it in a poll(2) that sleeps
  k.mtx_lock(so.so_snd.sb_mtx, k.locks.sockbuf);
  k.charge(Function::sowwakeup, k.scenario.host.tcp.sowwakeup_ns.ns());
  k.mtx_unlock(so.so_snd.sb_mtx);
  // SB_WAIT: whoever sleeps on the buffer looks himself whether the space is enough.
  if (so.sbwait != nullptr) {
    k.wakeup(so.sbwait, "sbwait");
    return;
  }
  if (so.kqueue != nullptr && so.kqueue->selects) {
    selwakeup(k, so);
    return;
  }
  // filt_sowrite: a knote goes by the low-water mark.
  if (!so.so_snd.writeable() && !so.dropped) return;
  if (!so.knote_armed) return;  // a blocking writer has found the space itself meanwhile
  so.knote_armed = false;
  knote_enqueue(k, so);
}

}  // namespace ktlssim
