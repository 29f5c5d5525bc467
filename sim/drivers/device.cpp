#include "sim/drivers/device.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/kernel.hpp"
#include "sim/workload/random_stream.hpp"

namespace ktlssim {

Device::Device(Kernel& kernel, const DriverProfile& profile, int unit, DeviceOwner& owner)
    : kernel_(kernel),
      name_(kDriverKindNames[static_cast<std::size_t>(profile.kind)]),
      owner_(owner),
      profile_(profile),
      costs_(profile.device),
      free_at_(static_cast<std::size_t>(costs_.engines.count()), Time{0}),
      random_(random_stream(kernel, unit == 0 ? "service" : fmt::format("service {}", unit))) {
  if (unit > 0) name_ += std::to_string(unit);
}

Time Device::service_time(const Cryptop& crp) {
  return draw(costs_.law, profile_.cost(crp.ses->algorithm).time(crp.payload_bytes), random_);
}

// Requests arrive in the order of submission and are served first come, first served, so the engine that is
// free first takes this one, and its start and end are known now.
Time Device::submit(Cryptop& crp) {
  const Time arrival = kernel_.now() + costs_.latency_submit_ns.ns();
  Time& engine = *std::min_element(free_at_.begin(), free_at_.end());
  const Time start = std::max(arrival, engine);
  engine = start + service_time(crp);
  busy_ns_ += kernel_.window.overlap_ns(start, engine);
  kernel_.recorder.stations.enter(crp.cb_mbuf->stays, Place::device, kernel_.now());
  if (kernel_.now() >= from_ms(kernel_.scenario.faults.device_dead_from_ms)) return start;
  kernel_.calendar().call_at<&Device::complete>(engine + costs_.latency_complete_ns.ns(), Rank::hardware,
                                                this, reinterpret_cast<std::uintptr_t>(&crp));
  return start;
}

void Device::complete(std::uint64_t tag) {
  auto& crp = *reinterpret_cast<Cryptop*>(tag);
  kernel_.recorder.stations.leave(crp.cb_mbuf->stays, Place::device, kernel_.now());
  owner_.completed(crp);
}

Resource Device::resource(std::int64_t records) const {
  const auto engines = static_cast<double>(free_at_.size());
  const auto busy = static_cast<double>(busy_ns_);
  const auto span = static_cast<double>((kernel_.window.end - kernel_.window.begin).count());
  return {.name = name_ + " engines",
          .kind = "device",
          .servers = engines,
          .demand_us = records > 0 ? busy / static_cast<double>(records) / 1e3 : 0,
          .utilization = busy / span / engines,
          .what_it_means = "the coprocessor itself is saturated: only a faster card helps"};
}

}  // namespace ktlssim
