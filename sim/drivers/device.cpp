#include "sim/drivers/device.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

Device::Device(Kernel& kernel, const DriverProfile& profile, int unit, DeviceOwner& owner,
               PcieLink* shared_link)
    : kernel_(kernel),
      name_(name(profile.kind)),
      owner_(owner),
      profile_(profile),
      costs_(profile.device),
      free_at_(static_cast<std::size_t>(costs_.engines.count())),
      dead_from_(from_ms(kernel.scenario.faults.device_dead_from_ms)),
      random_(kernel.random_stream(unit == 0 ? "service" : fmt::format("service {}", unit))) {
  for (std::size_t i = 0; i < free_at_.size(); ++i) completions_.emplace_back(kernel.calendar(), *this);
  if (unit > 0) name_ += std::to_string(unit);
  if (costs_.pcie_gbps.value() == 0) return;
  if (shared_link == nullptr)
    own_link_ = std::make_unique<PcieLink>(kernel, name_ + " PCIe link", costs_.pcie_gbps.value());
  link_ = shared_link == nullptr ? own_link_.get() : shared_link;
}

Time Device::service_time(const Cryptop& crp) {
  return draw(costs_.law, profile_.cost(crp.ses->algorithm).time(crp.payload_bytes), random_);
}

Time Device::submit(Cryptop& crp) {
  const Time arrival = std::max(kernel_.now() + costs_.latency_submit_ns.ns(), kernel_.caught_up());
  kernel_.recorder.stations.enter(crp.cb_mbuf->stays, Place::device, kernel_.now());
  if (link_ == nullptr) {
    // Requests arrive in the order of submission and are served first come, first served, so the engine that
    // is free first takes this one, and its start and end are known now.
    const std::size_t engine = first_free();
    const Time start = std::max(arrival, free_at_[engine]);
    serve(crp, engine, start);
    return start;
  }
  kernel_.calendar().call_at<&Device::arrive>(arrival, Rank::hardware, this,
                                              reinterpret_cast<std::uintptr_t>(&crp));
  return kNever;
}

Time Device::encrypt_packet(Time ready, Time service) {
  Time& free = free_at_[first_free()];
  const Time start = std::max(ready, free);
  free = start + service;
  busy_ns_ += kernel_.window.overlap_ns(start, free);
  kernel_.recorder.device_busy.add(start, free);
  return free;
}

void Device::arrive(std::uint64_t crp) {
  arrived_.push_back(reinterpret_cast<Cryptop*>(crp));
  fetch();
}

// One request an engine is read ahead, while the engine is busy.
void Device::fetch() {
  while (!arrived_.empty() && reading_ + read_ahead_.size() < free_at_.size()) {
    Cryptop& crp = *arrived_.front();
    arrived_.pop_front();
    ++reading_;
    link_->read<&Device::fetched>(PcieLink::Flow::requests, crp.payload_bytes, this,
                                  reinterpret_cast<std::uintptr_t>(&crp));
  }
}

void Device::fetched(std::uint64_t crp) {
  --reading_;
  read_ahead_.push_back(reinterpret_cast<Cryptop*>(crp));
  start();
}

void Device::start(std::uint64_t) {
  while (!read_ahead_.empty()) {
    const std::size_t engine = first_free();
    if (free_at_[engine] > kernel_.now()) break;
    Cryptop& crp = *read_ahead_.front();
    read_ahead_.pop_front();
    serve(crp, engine, kernel_.now());
    kernel_.calendar().call_at<&Device::start>(free_at_[engine], Rank::hardware, this);
    owner_.taken_up(crp);
  }
  fetch();
}

std::size_t Device::first_free() const {
  return static_cast<std::size_t>(std::ranges::min_element(free_at_) - free_at_.begin());
}

void Device::serve(Cryptop& crp, std::size_t engine, Time start) {
  const Time end = free_at_[engine] = start + service_time(crp);
  if (Listener* const listener = kernel_.recorder.stations.listener)
    listener->served(name_, engine, start, end);
  busy_ns_ += kernel_.window.overlap_ns(start, end);
  kernel_.recorder.device_busy.add(start, end);
  if (kernel_.now() >= dead_from_) return;
  completions_[engine].enter(end + costs_.latency_complete_ns.ns(), reinterpret_cast<std::uintptr_t>(&crp));
}

void Device::complete(std::uint64_t tag) {
  Cryptop& crp = *reinterpret_cast<Cryptop*>(tag);
  kernel_.move(kernel_.numa.traffic(crp, kernel_.numa.card(), kernel_.memory.encrypted(crp)));
  kernel_.recorder.stations.leave(crp.cb_mbuf->stays, Place::device, kernel_.now());
  kernel_.recorder.stations.enter(crp.cb_mbuf->stays, Place::completion_queue, kernel_.now());
  if (const Socket* const so = crp.cb_mbuf->so) prefetch(*so);  // a received record has none
  owner_.completed(crp);
}

void Device::next_to_complete(std::uint64_t tag) {
  const auto* const record = reinterpret_cast<const char*>(reinterpret_cast<Cryptop*>(tag)->cb_mbuf);
  for (std::size_t line = 0; line < sizeof(Mbuf); line += alignof(Mbuf)) __builtin_prefetch(record + line);
}

std::vector<Resource> Device::resources(std::int64_t records) const {
  const auto engines = static_cast<double>(free_at_.size());
  const auto busy = static_cast<double>(busy_ns_);
  const auto span = static_cast<double>((kernel_.window.end - kernel_.window.begin).count());
  std::vector<Resource> all{
      {.name = name_ + " engines",
       .kind = "device",
       .servers = engines,
       .demand_us = per_record_us(busy, records),
       .utilization = busy / span / engines,
       .what_it_means = "the coprocessor itself is saturated: only a faster card helps"}};
  if (own_link_ != nullptr) all.push_back(own_link_->resource(records));
  return all;
}

}  // namespace ktlssim
