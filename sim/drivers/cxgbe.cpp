#include "sim/drivers/cxgbe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/kernel.hpp"
#include "sim/kernel/tcp.hpp"

namespace ktlssim {

namespace {
enum Kind : std::uint8_t { ack, fw6_pld };
}

Cxgbe::Cxgbe(Kernel& kernel, int unit, int rx_queues) : kernel_(kernel), name_(fmt::format("t6nex{}", unit)) {
  const int domain = std::max(0, static_cast<int>(kernel.scenario.network.numa_domain));
  kernel.vectors.next(domain);  // of errors
  event_vector_ = kernel.vectors.next(domain);
  for (int i = 0; i < rx_queues; ++i)
    queues_.push_back(std::make_unique<InterruptQueue>(
        kernel, fmt::format("irq t6nex{}:0a{}", unit, i), kernel.vectors.next(domain),
        from_us(kernel.scenario.network.rx_holdoff_us), *this,
        static_cast<std::size_t>(kernel.scenario.network.rx_holdoff_packets)));
}

PcieLink* Cxgbe::read_over(double gbps) {
  if (gbps > 0) pcie_link_ = std::make_unique<PcieLink>(kernel_, name_ + " PCIe link", gbps);
  return pcie_link_.get();
}

void Cxgbe::receive_ack(Socket& so, std::int64_t up_to, std::int64_t wnd_edge) {
  queues_[so.flowid % queues_.size()]->post({Kind::ack, &so, up_to, wnd_edge});
}

void Cxgbe::receive_fw6_pld(int queue, Cryptop& crp) {
  queues_[static_cast<std::size_t>(queue)]->post({Kind::fw6_pld, &crp, 0, 0});
}

void Cxgbe::handle(const Completion& completion) {
  switch (completion.kind) {
    case Kind::ack:
      tcp_input_ack(kernel_, *static_cast<Socket*>(completion.object), completion.value, completion.value2);
      return;
    case Kind::fw6_pld:
      ccr_->do_cpl6_fw_pld(*static_cast<Cryptop*>(completion.object));
      return;
  }
}

}  // namespace ktlssim
