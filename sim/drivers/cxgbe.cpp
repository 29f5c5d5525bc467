#include "sim/drivers/cxgbe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/tcp.hpp"

namespace ktlssim {

namespace {
enum Kind : std::uint8_t { ack, fw6_pld, softclock };
}  // namespace

Cxgbe::Cxgbe(Kernel& kernel, int unit, int rx_queues) : kernel_(kernel), name_(fmt::format("t6nex{}", unit)) {
  const NetworkParameters& network = kernel.scenario.network;
  const bool lagg = network.lagg != Lagg::none;
  const int first = kernel.numa.card();
  kernel.vectors.next(first);  // of errors
  event_vector_ = kernel.vectors.next(first);
  ports_ = lagg ? static_cast<std::size_t>(kernel.scenario.host.numa_domains.count()) : 1;
  for (int i = 0; i < rx_queues; ++i) {
    RxQueue& queue = *queues_.emplace_back(std::make_unique<RxQueue>(*this));
    queue.interrupt = std::make_unique<InterruptQueue>(
        kernel, fmt::format("irq t6nex{}:0a{}", unit, i), kernel.vectors.next(lagg ? i % static_cast<int>(ports_) : first),
        from_us(kernel.scenario.network.rx_holdoff_us), queue,
        static_cast<std::size_t>(kernel.scenario.network.rx_holdoff_packets));
  }
}

PcieLink* Cxgbe::read_over(double gbps) {
  if (gbps > 0) pcie_link_ = std::make_unique<PcieLink>(kernel_, name_ + " PCIe link", gbps);
  return pcie_link_.get();
}

// Each port has its part of them.
Cxgbe::RxQueue& Cxgbe::queue_of(const Socket& so) {
  if (ports_ == 1) return *queues_[so.flowid % queues_.size()];
  const auto port = static_cast<std::size_t>(kernel_.numa.port_of(so));
  return *queues_[so.flowid % (queues_.size() / ports_) * ports_ + port];
}

void Cxgbe::receive_ack(Socket& so, std::int64_t up_to, std::int64_t hole_end) {
  queue_of(so).interrupt->post({Kind::ack, &so, up_to, hole_end});
}

void Cxgbe::post_softclock(Socket& so) { queue_of(so).interrupt->post({Kind::softclock, &so, 0, 0}); }

void Cxgbe::receive_fw6_pld(int queue, Cryptop& crp) {
  queues_[static_cast<std::size_t>(queue)]->interrupt->post({Kind::fw6_pld, &crp, 0, 0});
}

void Cxgbe::tcp_input(Socket& so, std::int64_t up_to, std::int64_t hole_end) {
  tcp_input_ack(kernel_, so, up_to, up_to + kernel_.scenario.network.window_bytes, hole_end);
}

void Cxgbe::RxQueue::handle(const Completion& completion) {
  switch (completion.kind) {
    case Kind::ack:
      t4_eth_rx(*static_cast<Socket*>(completion.object), completion.value, completion.value2);
      break;
    case Kind::fw6_pld:
      nic_.ccr_->do_cpl6_fw_pld(*static_cast<Cryptop*>(completion.object));
      break;
    case Kind::softclock:
      tcp_timer_rexmt(nic_.kernel_, *static_cast<Socket*>(completion.object));
      break;
  }
  if (!lro_.empty() && --until_look_ <= 0) tcp_lro_flush_inactive();
}

// An acknowledgement waits for others of its connection. One that tells of a hole does not, nor does one that
// finds no entry free.
void Cxgbe::RxQueue::t4_eth_rx(Socket& so, std::int64_t up_to, std::int64_t hole_end) {
  const Frame frame(nic_.kernel_.sched, "t4_eth_rx");
  const NetworkParameters& network = nic_.kernel_.scenario.network;
  if (!network.lro) return nic_.tcp_input(so, up_to, hole_end);
  const auto entry = std::ranges::find(lro_, &so, &LroEntry::so);
  if (entry != lro_.end() && hole_end == 0 && up_to > entry->ack) {
    nic_.kernel_.spend(Function::tcp_input, nic_.kernel_.scenario.host.tcp.lro_ack_ns.ns());
    entry->ack = up_to;
    return;
  }
  if (entry != lro_.end()) tcp_lro_flush(static_cast<std::size_t>(entry - lro_.begin()));
  if (hole_end > 0 || static_cast<std::int64_t>(lro_.size()) >= network.lro_entries)
    return nic_.tcp_input(so, up_to, hole_end);
  if (lro_.empty()) until_look_ = nic_.kernel_.scenario.kernel.network.lro_look_entries.count();
  nic_.kernel_.settle();
  lro_.push_back({&so, up_to, nic_.kernel_.now()});
}

void Cxgbe::RxQueue::tcp_lro_flush(std::size_t i) {
  const Frame frame(nic_.kernel_.sched, "tcp_lro_flush");
  const LroEntry entry = lro_[i];
  lro_.erase(lro_.begin() + static_cast<std::ptrdiff_t>(i));
  nic_.tcp_input(*entry.so, entry.ack, 0);
}

void Cxgbe::RxQueue::tcp_lro_flush_inactive() {
  until_look_ = nic_.kernel_.scenario.kernel.network.lro_look_entries.count();
  nic_.kernel_.settle();
  const Time timeout = from_us(nic_.kernel_.scenario.network.lro_timeout_us);
  for (std::size_t i = 0; i < lro_.size();)
    if (nic_.kernel_.now() - lro_[i].began >= timeout)
      tcp_lro_flush(i);
    else
      ++i;
}

void Cxgbe::RxQueue::drained() {
  while (!lro_.empty()) tcp_lro_flush(0);
}

}  // namespace ktlssim
