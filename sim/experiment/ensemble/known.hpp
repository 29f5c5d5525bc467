// An answer with all that is not known of it: the dice, the machine's parameters, and the model's discrepancy from any
// machine.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/ensemble/machines.hpp"
#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

struct KnownRange {
  double lo;
  double hi;
};

// Of a metric, or of what is made of metrics.
struct Known {
  double median;
  KnownRange ninety;  // half a tenth on either side
  KnownRange fifty;
};

struct WeightedValue {
  double value;  // may be infinite: beyond what was looked at
  double weight;
};

// Without a value: NaN.
Known known_of_values(std::vector<WeightedValue> values);

// How many values of equal probability stand for the law of a discrepancy.
inline constexpr std::size_t kDiscrepancyTerms = 40;
std::vector<double> discrepancy_terms(const Discrepancy& discrepancy);

// One value for each machine, NaN where its run did not come to its end.
using ByMachine = std::vector<double>;

// The machines' results for each of the scenarios, with common random numbers.
struct MachineRuns {
  std::vector<std::vector<std::optional<RunResult>>> results;  // by scenario, by machine
  std::size_t failed = 0;  // machines on which a run did not come to its end; they are left out
  double window_ms = 0;    // measured, of the first scenario
  bool interrupted = false;

  ByMachine metric(std::size_t scenario, const std::string& name) const;
};

// How much simulating an answer may cost, in events of all runs together.
inline constexpr std::uint64_t kEventsOfAnAnswer = 40'000'000;

// `events`: what each of the scenarios took on the machine of the profiles.
MachineRuns run_machines(const Machines& machines, const std::vector<const Scenario*>& scenarios,
                         const std::vector<std::uint64_t>& events, const Pool& pool);

// Fewer than `count`, where a run costs so much that so many would take minutes.
std::size_t affordable_machines(std::size_t count, const std::vector<const Scenario*>& scenarios,
                                const std::vector<std::uint64_t>& events);

// The weighted values, widened by a factor exp(sd T), T being Student's t.
Known known(const Machines& machines, const ByMachine& values, FigureKind kind);
// Of values that may be below zero: by `change` of the values themselves, as of b - a with b widened against a.
Known known_change(const Machines& machines, const ByMachine& a, const ByMachine& b);
Known known_percent(const Machines& machines, const ByMachine& a, const ByMachine& b);

// Of a published figure, from weighted values on its scale.
Known known_figure(const PublishedFigure& figure, const std::vector<double>& values, const std::vector<double>& weights,
                   const Discrepancies& discrepancies);

// The part of the machines on which `b` is above `a`; of these weights.
double part_above(const Machines& machines, const ByMachine& a, const ByMachine& b, double Machine::*weight);

// What the ensemble does not settle: neither sign has so much of the machines.
inline constexpr double kSettled = 0.95;

}  // namespace ktlssim
