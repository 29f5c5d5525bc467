// Listens to the simulated kernel and keeps what is to be reported. Knows no output format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/units.hpp"
#include "sim/measure/busy_steps.hpp"
#include "sim/measure/latency_histogram.hpp"
#include "sim/measure/station.hpp"

namespace ktlssim {

// A level over time: its mean and maximum since the last reset.
class Gauge {
 public:
  void add(std::int64_t change, Time now) {
    offset_ -= Area{change} * (now - began_).count();
    level_ += change;
    max_ = std::max(max_, level_);
  }
  void reset(Time now) {
    offset_ = 0;
    began_ = now;
    max_ = level_;
  }
  std::int64_t level() const { return level_; }
  std::int64_t max() const { return max_; }
  double mean(Time now) const {
    const double span = static_cast<double>((now - began_).count());
    return span > 0 ? static_cast<double>(offset_ + Area{level_} * (now - began_).count()) / span : 0;
  }

 private:
  using Area = __int128;  // level x nanoseconds; bytes leave no room in 64 bits

  std::int64_t level_ = 0;
  std::int64_t max_ = 0;
  Area offset_ = 0;  // of the area from what the present level, always held, would make
  Time began_{0};
};

// Counts of records since the start of the run, for the conservation laws, and within the measured time.
class Recorder {
 public:
  // Life of a record.
  void enqueued(Stays& stays, Time now) {
    ++in_;
    stations.enter(stays, Place::ktls, now);
    stations.enter(stays, Place::work_queue, now);
  }
  void ready(Stays& stays, std::int64_t payload_bytes, Time now) {
    ++ready_;
    ++window_ready_;
    window_ready_bytes_ += payload_bytes;
    latency_.add(now - stays.since[static_cast<std::size_t>(Place::ktls)]);
    stations.leave(stays, Place::ktls, now);
  }
  // Failed in the driver, or given up because its connection failed.
  void failed(Stays& stays, Time now) {
    ++failed_;
    ++window_failed_;
    stations.leave(stays, Place::work_queue, now);
    stations.leave(stays, Place::ktls, now);
    if (stations.listener != nullptr) stations.listener->failed(stays, now);
  }
  // Payload that has left for good, of a group of sessions.
  void delivered(std::size_t group, std::int64_t payload_bytes) {
    if (group >= window_delivered_bytes_.size()) window_delivered_bytes_.resize(group + 1);
    window_delivered_bytes_[group] += payload_bytes;
  }
  void acknowledged(const Stays& stays, std::int64_t payload_bytes, Time now) {
    if (stations.listener != nullptr) stations.listener->acknowledged(stays, now);
    ++acknowledged_;
    window_acknowledged_bytes_ += payload_bytes;
  }
  // Of interest to a listener only: what fills a queue, a ring or the send buffers.
  void filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) {
    if (stations.listener != nullptr) stations.listener->filled(what, unit, change, now);
  }
  void interrupt() { ++interrupts_; }
  void connection_aborted(Time now) {
    ++aborted_;
    if (stations.listener != nullptr) stations.listener->aborted(now);
  }

  Stations stations;
  BusySteps device_busy;  // engines of all drivers
  Gauge states;           // of asynchronous requests
  Gauge buffer_bytes;     // destination buffers of file-backed records

  void reset(Time now);

  std::int64_t records_in() const { return in_; }
  std::int64_t records_ready() const { return ready_; }
  std::int64_t records_failed() const { return failed_; }
  std::int64_t records_acknowledged() const { return acknowledged_; }
  std::int64_t records_pending() const { return in_ - ready_ - failed_; }

  std::int64_t window_ready() const { return window_ready_; }
  std::int64_t window_ready_bytes() const { return window_ready_bytes_; }
  std::int64_t window_failed() const { return window_failed_; }
  std::int64_t window_acknowledged_bytes() const { return window_acknowledged_bytes_; }
  std::int64_t window_delivered_bytes(std::size_t group) const {
    return group < window_delivered_bytes_.size() ? window_delivered_bytes_[group] : 0;
  }
  std::int64_t interrupts() const { return interrupts_; }
  std::int64_t aborted() const { return aborted_; }
  const LatencyHistogram& latency() const { return latency_; }

 private:
  std::int64_t in_ = 0, ready_ = 0, failed_ = 0, acknowledged_ = 0;
  std::int64_t window_ready_ = 0, window_ready_bytes_ = 0, window_failed_ = 0, window_acknowledged_bytes_ = 0;
  std::vector<std::int64_t> window_delivered_bytes_;  // by group
  std::int64_t interrupts_ = 0, aborted_ = 0;
  LatencyHistogram latency_;
};

}  // namespace ktlssim
