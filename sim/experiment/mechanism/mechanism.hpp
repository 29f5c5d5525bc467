// The two dispatch paths of uipc_ktls.c as code that threads of this machine run: what each of them does, and
// the laws that hold in the end.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "sim/experiment/mechanism/device.hpp"
#include "sim/experiment/mechanism/send_buffer.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/mechanism/work_queue.hpp"
#include "sim/measure/latency_histogram.hpp"

namespace ktlssim {

struct TwinSession {
  explicit TwinSession(const TwinSetting& setting)
      : buffer(setting.credit_records), records(static_cast<std::size_t>(setting.credit_records)) {}

  std::mutex inp_lock;  // of the buffer and what stands below it
  TwinSendBuffer buffer;
  bool app_waits = false;
  LatencyHistogram latencies;  // of records that became ready in the measured time
  Sleeper app;  // "sbwait"
  std::mutex crypto_lock;
  std::mutex driver_lock;
  WorkQueue* wq = nullptr;
  std::vector<TwinRecord> records;  // by number modulo credit
};

class TwinMechanism {
 public:
  explicit TwinMechanism(const TwinSetting& setting);

  // The bodies of the threads. One each of the last three.
  void application(std::size_t session);
  void worker(std::size_t index);
  void completion_interrupt();
  void network_interrupt();
  void poll(TwinSlices& slices) { device.poll(slices); }

  // Latencies are kept while it counts.
  void count(bool whether) { counting_ = whether; }
  // Applications send no more.
  void stop_sending();
  // Every record that was sent is acknowledged.
  bool all_acknowledged();
  // Every other thread ends; without `complete` also those that wait for a record.
  void end(bool complete);
  // Throws std::runtime_error unless every record went all its way, once. Once all threads have ended.
  void check() const;

  TwinDevice device;
  std::deque<TwinSession> sessions;
  std::atomic<std::int64_t> written = 0;
  std::atomic<std::int64_t> ready = 0;
  std::atomic<std::int64_t> in_flight_ns = 0;  // from submission until handled, of the records handled

 private:
  void submit(TwinRecord& record);
  void completed(TwinRecord& record);
  void make_ready(TwinRecord& record);
  void acknowledged(const TwinBurst& burst);
  std::int64_t sum(std::uint64_t (TwinSendBuffer::*counter)() const) const;

  const TwinSetting& setting_;
  std::deque<WorkQueue> queues_;
  std::deque<Sleeper> sleepers_;  // the workers', in "ocfktls"
  std::mutex ring_lock_;
  std::mutex wire_lock_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> aborted_ = false;
  std::atomic<bool> counting_ = false;
  std::atomic<std::int64_t> submitted_ = 0;
  std::atomic<std::int64_t> handled_ = 0;
  std::atomic<std::int64_t> states_ = 0;
  std::atomic<std::int64_t> references_ = 0;
};

}  // namespace ktlssim
