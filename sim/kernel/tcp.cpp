#include "sim/kernel/tcp.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"
#include "sim/kernel/ifnet.hpp"

namespace ktlssim {

void Tcp::pr_ready(Socket& so, Mbuf& m, int records) {
  Kernel& k = kernel_;
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.spend(Function::tcp_usr_ready, k.scenario.host.tcp.tcp_usr_ready_ns.ns());
  if (so.dropped) {
    k.mtx_unlock(so.inp_lock);
    mb_free_notready(k, m, records);
    return;
  }
  if (sbready(k, so, m, records)) tcp_output(k, so);
  k.mtx_unlock(so.inp_lock);
}

void Tcp::pr_abort(Socket& so) {
  Kernel& k = kernel_;
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  if (!so.dropped) {
    so.dropped = true;
    k.recorder.connection_aborted();
    sbflush(k, so);
    sowwakeup(k, so);
  }
  k.mtx_unlock(so.inp_lock);
}

void tcp_output(Kernel& k, Socket& so) {
  const TcpCosts& costs = k.scenario.host.tcp;
  k.spend(Function::tcp_output, costs.tcp_output_ns.ns());
  for (;;) {
    const std::int64_t ready_edge = so.snd_una + so.so_snd.sb_acc;
    const std::int64_t sendable = std::min(ready_edge, so.snd_wnd_edge) - so.snd_nxt;
    if (sendable <= 0) return;
    const std::int64_t burst = std::min(sendable, k.scenario.network.tso_bytes);
    k.spend(Function::tcp_output,
            costs.tcp_output_burst_ns.ns() + costs.tcp_output_ns_per_byte.times(burst));
    so.snd_nxt += burst;
    k.network->if_output(so, burst);
  }
}

void tcp_input_ack(Kernel& k, Socket& so, std::int64_t ack, std::int64_t wnd_edge) {
  k.mtx_lock(so.inp_lock, k.locks.inpcb);
  k.charge(Function::tcp_input, k.scenario.host.tcp.tcp_input_ack_ns.ns());
  if (so.dropped) {
    k.mtx_unlock(so.inp_lock);
    return;
  }
  if (ack > so.snd_nxt)
    throw ModelError(fmt::format("session {}: {} bytes acknowledged, {} sent", so.index, ack, so.snd_nxt));
  so.snd_wnd_edge = std::max(so.snd_wnd_edge, wnd_edge);
  if (ack > so.snd_una) {
    const std::int64_t acked = ack - so.snd_una;
    so.snd_una = ack;
    sbdrop(k, so, acked);
    sowwakeup(k, so);
  }
  if (so.so_snd.sb_acc > 0) tcp_output(k, so);
  k.mtx_unlock(so.inp_lock);
}

}  // namespace ktlssim
