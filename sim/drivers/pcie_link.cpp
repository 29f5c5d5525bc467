#include "sim/drivers/pcie_link.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

PcieLink::Work PcieLink::work(std::int64_t bytes) const {
  return std::llround(static_cast<double>(bytes) * 8 / gbps_ * static_cast<double>(kShares));
}

PcieLink::Work PcieLink::speed() const {
  const auto active =
      std::count_if(flows_.begin(), flows_.end(), [](const auto& flow) { return !flow.empty(); });
  return active == 0 ? 0 : kShares / active;
}

void PcieLink::advance() {
  const Time now = kernel_.now();
  const Work each = (now - advanced_).count() * speed();
  if (each > 0) busy_ns_ += kernel_.window.overlap_ns(advanced_, now);
  for (auto& flow : flows_)
    if (!flow.empty()) flow.front().left = std::max<Work>(0, flow.front().left - each);
  advanced_ = now;
}

void PcieLink::enqueue(Flow flow, Transfer transfer) {
  advance();
  flows_[static_cast<std::size_t>(flow)].push_back(transfer);
  schedule();
}

void PcieLink::schedule() {
  Work least = std::numeric_limits<Work>::max();
  for (const auto& flow : flows_)
    if (!flow.empty()) least = std::min(least, flow.front().left);
  ++generation_;
  if (speed() == 0) return;
  kernel_.calendar().call_at<&PcieLink::ended>(kernel_.now() + Time{(least + speed() - 1) / speed()},
                                               Rank::hardware, this, generation_);
}

void PcieLink::ended(std::uint64_t generation) {
  if (generation != generation_) return;
  advance();
  for (auto& flow : flows_) {
    if (flow.empty() || flow.front().left > 0) continue;
    const Transfer transfer = flow.front();
    flow.pop_front();
    transfer.done(transfer.object, transfer.tag);
  }
  schedule();
}

Resource PcieLink::resource(std::int64_t records) const {
  const std::int64_t under_way = speed() > 0 ? kernel_.window.overlap_ns(advanced_, kernel_.now()) : 0;
  const auto busy = static_cast<double>(busy_ns_ + under_way);
  return {.name = name_,
          .kind = "link",
          .servers = 1,
          .demand_us = per_record_us(busy, records),
          .utilization = busy / static_cast<double>((kernel_.window.end - kernel_.window.begin).count()),
          .what_it_means =
              "the PCIe link of the card is full: a card of its own for the network would take "
              "what is sent off it"};
}

}  // namespace ktlssim
