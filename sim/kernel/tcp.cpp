#include "sim/kernel/tcp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"

namespace ktlssim {

namespace {

std::int64_t snd_max(const Socket& so) { return so.tp != nullptr ? so.tp->snd_max : so.snd_nxt; }

// How far the peer's window, and that of congestion control, let the stream go.
std::int64_t window_edge(const Socket& so) {
  return so.tp != nullptr ? std::min(so.snd_wnd_edge, so.snd_una + so.tp->snd_cwnd) : so.snd_wnd_edge;
}

void start_rexmt(Kernel& k, Socket& so) {
  Tcpcb& tp = *so.tp;
  k.settle();
  // An event that has moved on to a later date does not come back.
  tp.rexmt_latest = std::max(tp.rexmt_latest, k.now() + tp.timeout());
  if (tp.rexmt.reset(tp.rexmt_latest)) static_cast<Tcp*>(so.proto)->await_rexmt(so, tp.rexmt_latest);
}

// tcp_output's sender silly window avoidance, and how much of `sendable` bytes goes in one call of the
// interface: whole segments, but for a tail that empties the buffer. 0: they wait.
std::int64_t length_to_send(const Kernel& k, const Socket& so, std::int64_t sendable, bool empties,
                            bool idle) {
  const SegmentSizes& sizes = k.segments;
  const bool tail_may_go = empties && (idle || k.scenario.network.tcp_nodelay);
  if (sendable < sizes.maxseg_bytes && !tail_may_go && sendable < so.max_sndwnd / 2 &&
      so.snd_nxt >= snd_max(so))
    return 0;
  if (sendable <= sizes.payload_bytes) return sendable;
  if (!k.tso || sendable <= sizes.maxseg_bytes) return sizes.payload_bytes;
  const std::int64_t burst = std::min(sendable, k.scenario.network.tso_bytes);
  if (empties && burst == sendable) return burst;
  return std::max(burst - burst % sizes.payload_bytes, sizes.payload_bytes);
}

// What the card has fetched of earlier bursts is freed with the sender's own send (t4_sge.c:reclaim_tx_descs; mlx5 does it
// in its interrupt): a header, and an mbuf that shares the pages of each record that a burst has a part of.
void reclaim_tx_descs(Kernel& k, std::int64_t bytes) {
  if (k.bytes_per_mbuf == 0) return;
  const Quantity& each = k.scenario.host.tcp.reclaim_tx_descs_ns;
  k.spend(Function::reclaim_tx_descs, each.ns() * 2 + each.times(bytes) / k.bytes_per_mbuf);
}

// One segment or burst to the interface; its gather list is shorter by the headers that sbready has folded.
void send(Kernel& k, Socket& so, std::int64_t from, std::int64_t bytes) {
  const TcpCosts& costs = k.scenario.host.tcp;
  const Time gathering = costs.tcp_output_ns_per_byte.times(bytes);
  const Time saved = costs.gather_entry_ns.ns() * std::exchange(so.so_snd.folded_headers, 0);
  k.spend(Function::tcp_output, costs.tcp_output_burst_ns.ns() + gathering - std::min(saved, gathering));
  reclaim_tx_descs(k, bytes);
  k.network->if_output(so, from, bytes);
}

// What tcp_output keeps of a burst where it can be lost.
void note_sent(Kernel& k, Socket& so) {
  Tcpcb& tp = *so.tp;
  k.settle();
  if (so.snd_nxt > tp.snd_max) {
    tp.snd_max = so.snd_nxt;
    if (!tp.timing) {
      tp.timing = true;
      tp.rtseq = so.snd_nxt;
      tp.rtttime = k.now();
    }
  }
  if (!tp.rexmt.active()) start_rexmt(k, so);
}

void restart_after_idle(Kernel& k, Tcpcb& tp) {
  k.settle();
  if (k.now() - tp.rcvtime >= tp.timeout()) cc_after_idle(tp);
}

// NIC TLS: of a record that is sent again in part the NIC reads all, since only it has the plain text.
void reread_records(Kernel& k, const Socket& so, std::int64_t from, std::int64_t to) {
  if (so.tls.mode != KtlsMode::ifnet) return;
  k.settle();
  std::int64_t record = so.snd_una - so.so_snd.acked_of_head;
  std::int64_t bytes = 0;
  for (const Mbuf* m = so.so_snd.sb_mb; m != nullptr && record < to; m = m->m_next) {
    record += m->wire_bytes;
    if (record > from) bytes += m->wire_bytes;
  }
  k.tcpstat.reread_bytes += bytes;
  k.network->read_again(so, bytes - (to - from));  // the burst itself is read as ever
}

// What is sent again.
void note_retransmission(Kernel& k, const Socket& so, std::int64_t from, std::int64_t bytes) {
  k.tcpstat.sndrexmitpack += k.segments.segments(bytes);
  reread_records(k, so, from, from + bytes);
}

// Sends the first hole again, as far as that has not been done.
void retransmit_hole(Kernel& k, Socket& so, std::int64_t ack, std::int64_t hole_end) {
  Tcpcb& tp = *so.tp;
  const std::int64_t most = k.tso ? k.scenario.network.tso_bytes : k.segments.payload_bytes;
  for (std::int64_t from = std::max(ack, tp.rexmit_edge); from < hole_end;) {
    const std::int64_t bytes = std::min(hole_end - from, most);
    note_retransmission(k, so, from, bytes);
    send(k, so, from, bytes);
    from += bytes;
  }
  tp.rexmit_edge = std::max(tp.rexmit_edge, hole_end);
}

// Bytes up to `ack` are acknowledged for the first time.
void new_ack(Kernel& k, Socket& so, std::int64_t ack, std::int64_t hole_end) {
  Tcpcb& tp = *so.tp;
  const std::int64_t acked = ack - so.snd_una;
  if (tp.timing && ack >= tp.rtseq) {
    tp.sample_rtt(k.now() - tp.rtttime);
    tp.timing = false;
  }
  tp.rcvtime = k.now();
  tp.rxtshift = 0;
  if (!tp.in_recovery) {
    tp.dupacks = 0;
    cc_ack_received(tp, acked, so.snd_wnd_edge - so.snd_una, k.now());
  } else if (ack >= tp.snd_recover) {
    cc_post_recovery(tp, ack);
  } else {
    retransmit_hole(k, so, ack, hole_end);
    tp.snd_cwnd = std::max(tp.snd_cwnd - acked, std::int64_t{0}) + tp.maxseg;
  }
  if (ack == tp.snd_max)
    tp.rexmt.stop();
  else
    start_rexmt(k, so);
}

// An acknowledgement that tells of a hole and acknowledges nothing new.
void duplicate_ack(Kernel& k, Socket& so, std::int64_t hole_end) {
  constexpr int kRexmtThreshold = 3;  // tcprexmtthresh
  Tcpcb& tp = *so.tp;
  tp.rcvtime = k.now();
  ++tp.dupacks;
  if (tp.in_recovery) {
    tp.snd_cwnd += tp.maxseg;  // a segment has left the network
  } else if (tp.dupacks >= kRexmtThreshold) {
    cc_dupack_signal(tp, k.now());
    ++k.tcpstat.fast_recoveries;
    tp.rexmit_edge = so.snd_una;
  } else {
    return;
  }
  retransmit_hole(k, so, so.snd_una, hole_end);
}

}  // namespace

void Tcp::pr_ready(Socket& so, Mbuf& m, int records) {
  const Frame frame(kernel_.sched, "tcp_usr_ready");
  Kernel& k = kernel_;
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.mtx_lock(so.so_snd.sb_mtx, k.locks.sockbuf);
  k.spend(Function::tcp_usr_ready, k.scenario.host.tcp.tcp_usr_ready_ns.ns());
  if (so.dropped) {
    k.mtx_unlock(so.so_snd.sb_mtx);
    k.mtx_unlock(so.inp_lock);
    mb_free_notready(k, m, records);
    return;
  }
  const bool more = sbready(k, so, m, records);
  k.mtx_unlock(so.so_snd.sb_mtx);
  if (more) tcp_output(k, so);
  k.mtx_unlock(so.inp_lock);
}

void Tcp::pr_abort(Socket& so) {
  const Frame frame(kernel_.sched, "tcp_drop");
  Kernel& k = kernel_;
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  if (!so.dropped) {
    so.dropped = true;
    so.so_error = EIO;
    k.recorder.connection_aborted(k.now());
    sbflush(k, so);
    sowwakeup(k, so);
  }
  k.mtx_unlock(so.inp_lock);
}

void Tcp::await_rexmt(const Socket& so, Time date) {
  kernel_.calendar().call_at<&Tcp::rexmt_due>(date, Rank::hardware, this,
                                              static_cast<std::uint64_t>(so.index));
}

void Tcp::rexmt_due(std::uint64_t session) {
  Socket& so = kernel_.sockets[session];
  const Time date = so.tp->rexmt.fire(kernel_.now());
  if (date > kernel_.now() && date != kNever) await_rexmt(so, date);
  if (date == kernel_.now() && !so.dropped) kernel_.network->softclock(so);
}

void tcp_output(Kernel& k, Socket& so) {
  const Frame frame(k.sched, "tcp_output");
  k.spend(Function::tcp_output, k.scenario.host.tcp.tcp_output_ns.ns());
  const bool idle = snd_max(so) == so.snd_una;
  if (idle && so.tp != nullptr) restart_after_idle(k, *so.tp);
  if (k.scenario.workload.send_buffer_auto) sbautosize(k, so);
  for (bool again = false;; again = true) {
    const std::int64_t ready_edge = so.snd_una + so.so_snd.sb_acc;
    const std::int64_t sendable = std::min(ready_edge, window_edge(so)) - so.snd_nxt;
    if (sendable <= 0) return;
    const std::int64_t burst =
        length_to_send(k, so, sendable, so.snd_nxt + sendable == ready_edge, idle);
    if (burst == 0) return;
    if (again) k.spend(Function::tcp_output, k.scenario.host.tcp.tcp_output_ns.ns());  // sendalot: goto again
    const std::int64_t from = so.snd_nxt;
    if (from < snd_max(so)) note_retransmission(k, so, from, burst);
    so.snd_nxt += burst;
    if (so.tp != nullptr) note_sent(k, so);
    send(k, so, from, burst);
  }
}

void tcp_input_ack(Kernel& k, Socket& so, std::int64_t ack, std::int64_t wnd_edge, std::int64_t hole_end) {
  const Frame frame(k.sched, "tcp_input");
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  touch(k, so);
  k.charge(Function::tcp_input, k.scenario.host.tcp.tcp_input_ack_ns.ns());
  if (so.dropped) {
    k.mtx_unlock(so.inp_lock);
    return;
  }
  if (ack > snd_max(so))
    throw ModelError(
        fmt::format("session {}: {} bytes acknowledged, {} sent", so.index, ack, snd_max(so)));
  so.snd_wnd_edge = std::max(so.snd_wnd_edge, wnd_edge);
  so.max_sndwnd = std::max(so.max_sndwnd, wnd_edge - ack);
  if (ack > so.snd_una) {
    const std::int64_t acked = ack - so.snd_una;
    if (so.tp != nullptr) new_ack(k, so, ack, hole_end);
    so.snd_una = ack;
    so.snd_nxt = std::max(so.snd_nxt, ack);
    sbdrop(k, so, acked);
    sowwakeup(k, so);
  } else if (hole_end > 0 && ack == so.snd_una) {
    duplicate_ack(k, so, hole_end);
  }
  if (so.so_snd.sb_acc > 0) tcp_output(k, so);
  k.mtx_unlock(so.inp_lock);
}

void tcp_timer_rexmt(Kernel& k, Socket& so) {
  const Frame frame(k.sched, "tcp_timer_rexmt");
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  if (!so.dropped && so.tp->snd_max > so.snd_una) {
    ++k.tcpstat.rexmttimeo;
    cc_rto_signal(*so.tp, so.snd_wnd_edge - so.snd_una, k.now());
    so.snd_nxt = so.snd_una;
    tcp_output(k, so);
  }
  k.mtx_unlock(so.inp_lock);
}

}  // namespace ktlssim
