// The coprocessor and the wire, played by one thread that polls. Times count from the stamp of the doorbell,
// so that a late look delays an interrupt and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "sim/experiment/calibrate/evp_algorithm.hpp"
#include "sim/experiment/mechanism/interrupt_line.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/mechanism/slices.hpp"
#include "sim/experiment/mechanism/work_queue.hpp"

namespace ktlssim {

// A burst on the wire, and its acknowledgement.
struct TwinBurst {
  TwinSession* session = nullptr;
  std::int64_t records = 0;
  std::int64_t sent_ns = 0;
};

class TwinDevice {
 public:
  explicit TwinDevice(const TwinSetting& setting);

  // One caller at a time each. False if the ring is full.
  bool submit(TwinRecord& record) { return requests_.push(&record); }
  bool transmit(const TwinBurst& burst) { return wire_.push(burst); }

  // The loop of the thread, until `stop`.
  void poll(TwinSlices& slices);
  void stop() { stop_ = true; }

  InterruptLine<TwinRecord*> completions;
  InterruptLine<TwinBurst> acknowledgements;

  // What the thread did since it started; may be read meanwhile.
  std::atomic<std::int64_t> interrupts = 0;
  std::atomic<std::int64_t> busy_ns = 0;  // of its engines
  std::atomic<std::int64_t> away_ns = 0;  // that it was off its CPU

 private:
  struct Due {
    std::int64_t at_ns;
    TwinRecord* record;
    bool operator<(const Due& other) const { return at_ns > other.at_ns; }  // the first one on top
  };

  void serve(TwinRecord& record, TwinSlices& slices);
  std::int64_t look(TwinSlices& slices);

  const TwinSetting& setting_;
  SpscRing<TwinRecord*> requests_;
  SpscRing<TwinBurst> wire_;
  std::vector<std::int64_t> engine_free_ns_;
  std::priority_queue<Due> in_service_;
  std::queue<TwinBurst> on_the_wire_;
  std::unique_ptr<EvpAlgorithm> cipher_;
  std::vector<std::uint8_t> encrypted_;
  std::int64_t looked_ns_ = 0;
  std::int64_t patience_ns_;  // for a completion interrupt to be served
  std::atomic<bool> stop_ = false;
};

}  // namespace ktlssim
