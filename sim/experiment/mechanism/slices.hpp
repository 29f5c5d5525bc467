// The measured time, cut into slices by the thread that polls: rates are told from those in which nobody was taken
// off its CPU. Whoever shares the machine then costs slices and does not shift what is measured.
//
// A slice is undisturbed if the device was never away in it or for a while before it, and if no completion
// interrupt waited for longer than the threads of its CPU can explain.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace ktlssim {

// What there was until a moment; of a slice the difference of two.
struct TwinCounts {
  double ns = 0;            // of time
  double left_over_ns = 0;  // that nobody wanted of the shared CPUs
  double records = 0;
  double in_flight_ns = 0;  // from submission until handled
  double interrupts = 0;
  double engines_ns = 0;    // that engines were busy

  TwinCounts& operator+=(const TwinCounts& other);
  TwinCounts operator-(const TwinCounts& before) const;
};

class TwinSlices {
 public:
  static constexpr std::int64_t kSliceNs = 1'000'000;
  // After a disturbance: what had piled up is gone, and threads have found their rhythm again.
  static constexpr std::int64_t kSettleNs = 2'000'000;

  // `counts` fills in all but the time.
  explicit TwinSlices(std::function<TwinCounts()> counts) : counts_(std::move(counts)) {}

  // From any thread: slices begin with the next look, and end.
  void count(bool whether) { counting_ = whether; }

  // Of the thread that polls, at every look at its clock.
  void look(std::int64_t now_ns) {
    if (counting_.load(std::memory_order_relaxed) || open_) cut(now_ns);
  }
  // The same thread: somebody was taken off a CPU until now.
  void disturbed(std::int64_t now_ns) {
    settled_ns_ = now_ns + kSettleNs;
    clean_ = false;
  }

  // Once the thread has ended.
  int slices() const { return slices_; }
  int undisturbed() const { return undisturbed_; }
  const TwinCounts& undisturbed_counts() const { return sum_; }

 private:
  void cut(std::int64_t now_ns);
  void begin(std::int64_t now_ns, const TwinCounts& counts);

  std::function<TwinCounts()> counts_;
  std::atomic<bool> counting_ = false;
  bool open_ = false;
  bool clean_ = false;
  std::int64_t begin_ns_ = 0;
  std::int64_t settled_ns_ = 0;
  TwinCounts at_begin_;
  TwinCounts sum_;
  int slices_ = 0;
  int undisturbed_ = 0;
};

}  // namespace ktlssim
