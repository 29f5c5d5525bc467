// Searches settings, faults and phases of a scenario for what breaks it.
//
// Candidates come from those that showed something new: a status, a counter that moved or reached another order of
// magnitude, a finding, a resource that is full. A find is shrunk: changes are taken back one after the other, and
// numbers brought back towards the scenario, for as long as it breaks in the same way. Candidates are drawn in rounds and
// judged in their order, so that what is found in so many runs depends on the seed alone.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/hunt/mutation.hpp"
#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

// panic: the simulated kernel panics. stall: work is outstanding and nothing will ever happen. abort: connections are
// dropped. starvation: an interrupt thread hardly ever gets a CPU. async_loses: asynchronous dispatch has less throughput
// than blocking dispatch. failure: a law of the model is broken, or the simulator crashes: a fault of ktlssim.
enum class Breakage { panic, stall, abort, starvation, async_loses, failure };
inline constexpr std::array<std::string_view, 6> kBreakageNames{"panic",      "stall",       "abort",
                                                                "starvation", "async loses", "failure"};
inline std::string_view name(Breakage breakage) { return kBreakageNames[static_cast<std::size_t>(breakage)]; }

struct HuntQuestion {
  std::set<Breakage> wanted;         // failure is always told
  std::vector<std::string> kept;  // parameters or groups that are not changed
  std::uint64_t seed = 1;            // of the search
  std::size_t runs = 0;              // simulations before it stops, those that shrink included; 0: no limit
  std::chrono::milliseconds time{0};  // likewise
};

struct Find {
  Breakage breakage;
  Changes changes;       // the fewest
  std::size_t changed;   // how many there were when it was found
  std::size_t at_run;    // simulations until it was found
  std::string what;      // what is seen, a sentence without its full stop
  std::size_t again = 1; // candidates that broke so with these parameters
};

struct Hunt {
  std::vector<Find> finds;    // fewest changes first
  std::size_t runs = 0;
  std::size_t refused = 0;    // candidates that are no scenario
  std::size_t states = 0;     // things seen, by which candidates are chosen
  std::size_t kept = 0;       // candidates that showed something new
  bool interrupted = false;
};

class Hunted {
 public:
  // Of a scenario as JSON, with a window of its own: short, since what breaks mostly breaks soon.
  Hunted(Json scenario, std::string file) : json_(std::move(scenario)), file_(std::move(file)) {}

  // Throws InputError.
  Scenario with(const Changes& changes) const;
  Json json_with(const Changes& changes) const;

 private:
  Json json_;
  std::string file_;
};

Hunt hunt(const Hunted& hunted, const HuntQuestion& question, const Pool& pool);

}  // namespace ktlssim
