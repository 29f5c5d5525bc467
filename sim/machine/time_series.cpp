#include "sim/machine/time_series.hpp"

#include <algorithm>

#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

TimeSeries::TimeSeries(Kernel& k, std::size_t steps) : k_(k) {
  const auto span = static_cast<std::size_t>((k.window.end - k.window.begin).count());
  steps = std::clamp<std::size_t>(span, 1, steps);
  k.recorder.device_busy = BusySteps(k.window.begin, k.window.end, steps);
  series_.reserve(steps);
}

TimeSeries::Level TimeSeries::level() const {
  const Recorder& r = k_.recorder;
  return {k_.now(), k_.network != nullptr ? r.window_acknowledged_bytes() : r.window_ready_bytes(),
          k_.sched.busy_ns_now(), r.stations.of(Place::ocf).area_ns(k_.now())};
}

void TimeSeries::start() {
  before_ = level();
  for (const Driver* const driver : k_.drivers)
    for (const Resource& resource : driver->resources(0))
      if (resource.kind == "device") engines_ += resource.servers;
}

Time TimeSeries::next() const { return k_.recorder.device_busy.end(series_.size()); }

bool TimeSeries::last() const { return series_.size() + 1 == k_.recorder.device_busy.steps(); }

void TimeSeries::look() {
  const Level now = level();
  const auto ns = static_cast<double>((now.now - before_.now).count());
  const auto device_ns = static_cast<double>(k_.recorder.device_busy.ns(series_.size()));
  series_.push_back(
      {.end_us = static_cast<double>((now.now - k_.window.begin).count()) / 1e3,
       .throughput_gbps = static_cast<double>(now.bytes - before_.bytes) * 8 / ns,
       .cpu_percent = 100 * static_cast<double>(now.busy_ns - before_.busy_ns) / ns / k_.sched.cpus(),
       .in_flight_mean = static_cast<double>(now.in_flight_area_ns - before_.in_flight_area_ns) / ns,
       .device_utilization = engines_ > 0 ? device_ns / ns / engines_ : 0,
       .outstanding = static_cast<double>(k_.recorder.records_pending())});
  before_ = now;
}

}  // namespace ktlssim
