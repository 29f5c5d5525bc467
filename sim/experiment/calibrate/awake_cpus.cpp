#include "sim/experiment/calibrate/awake_cpus.hpp"

#include <algorithm>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/platform/cpus.hpp"
#include "sim/experiment/platform/urgency.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kRoundsOfATurn = 200;

void become_the_last(int cpu) {
  pin_to_cpus({cpu});
  if (!become_realtime(0)) become_urgent();
}

class Spin {
 public:
  void turn() { chain_ = burn_rounds(kRoundsOfATurn, chain_); }

 private:
  std::uint64_t chain_ = 1;
};

double measure_spin_turn_ns() {
  constexpr int kTries = 40;
  constexpr std::int64_t kTurns = 1000;
  double shortest_ns = 0;
  std::jthread([&] {
    become_the_last(usable_cpus().front());
    Spin spin;
    for (int i = 0; i < kTries; ++i) {
      const std::int64_t begin = clock_ns();
      for (std::int64_t turn = 0; turn < kTurns; ++turn) spin.turn();
      const double ns = static_cast<double>(std::max<std::int64_t>(clock_ns() - begin, 1));
      shortest_ns = shortest_ns == 0 ? ns : std::min(shortest_ns, ns);
    }
  }).join();
  return shortest_ns / static_cast<double>(kTurns);
}

}  // namespace

AwakeCpus::AwakeCpus(const std::vector<int>& cpus) : turns_(cpus.size()) {
  spin_turn_ns();
  for (std::size_t i = 0; i < cpus.size(); ++i)
    spinners_.emplace_back([this, cpu = cpus[i], &turns = turns_[i]] {
      become_the_last(cpu);
      Spin spin;
      for (std::int64_t all = 0; !stop_; turns.store(++all, std::memory_order_relaxed)) spin.turn();
    });
}

double AwakeCpus::left_over_ns() const {
  std::int64_t all = 0;
  for (const auto& turns : turns_) all += turns;
  return static_cast<double>(all) * spin_turn_ns();
}

double spin_turn_ns() {
  static const double ns = measure_spin_turn_ns();
  return ns;
}

}  // namespace ktlssim
