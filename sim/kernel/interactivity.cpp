#include "sim/kernel/interactivity.hpp"

#include <algorithm>

#include "sim/kernel/sched_rules.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kHistoryNs = 5'000'000'000;  // SCHED_SLP_RUN_MAX
constexpr int kHalf = 50;                           // SCHED_INTERACT_HALF

}  // namespace

void Interactivity::ran(Time time) {
  runtime_ns_ += time.count();
  ran_ns_ += time.count();
  forget();
}

void Interactivity::slept(Time ticks) {
  slptime_ns_ += ticks.count();
  forget();
}

// sched_interact_update: the past counts less and less.
void Interactivity::forget() {
  const std::int64_t sum = runtime_ns_ + slptime_ns_;
  if (sum < kHistoryNs) return;
  if (sum > 2 * kHistoryNs) {
    const bool busy = runtime_ns_ > slptime_ns_;
    runtime_ns_ = busy ? kHistoryNs : 1;
    slptime_ns_ = busy ? 1 : kHistoryNs;
  } else if (sum > kHistoryNs / 5 * 6) {
    runtime_ns_ /= 2;
    slptime_ns_ /= 2;
  } else {
    runtime_ns_ = runtime_ns_ / 5 * 4;
    slptime_ns_ = slptime_ns_ / 5 * 4;
  }
}

int Interactivity::score() const {
  if (runtime_ns_ > slptime_ns_)
    return kHalf + kHalf - static_cast<int>(slptime_ns_ / std::max<std::int64_t>(1, runtime_ns_ / kHalf));
  if (slptime_ns_ > runtime_ns_)
    return static_cast<int>(runtime_ns_ / std::max<std::int64_t>(1, slptime_ns_ / kHalf));
  return runtime_ns_ > 0 ? kHalf : 0;
}

int Interactivity::priority(const SchedRules& rules, Time now) const {
  const int s = score();
  if (s < rules.interact_thresh) {
    const int levels = rules.max_interact - rules.min_interact + 1;
    return rules.min_interact + levels * s / rules.interact_thresh;
  }
  // Batch: the more of the CPU it has had of late, the later it runs.
  const int range = rules.max_batch - rules.min_batch + 1;
  const auto level = static_cast<int>(range * ran_ns_ / std::max<std::int64_t>(1, now.count()));
  return rules.min_batch + std::min(level, range - 1);
}

}  // namespace ktlssim
