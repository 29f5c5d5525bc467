// Questions asked backwards, on the machines of an ensemble: whether a target is met, where two settings meet, from where
// on more gains nothing.
#pragma once

#include <vector>

#include "sim/experiment/ensemble/known.hpp"
#include "sim/experiment/expression/expression.hpp"

namespace ktlssim {

// Parts of the machines, from 0 to 1. A machine on which a run did not come to its end, or has no value, meets nothing.
struct KnownMet {
  double all;                // that meet every margin
  std::vector<double> each;  // likewise, that meet each one
};

// With each metric widened by the discrepancy of its kind; kinds are independent. `parameters` tells values of pointers.
KnownMet known_met(const Machines& machines, const std::vector<std::optional<RunResult>>& results,
                   const std::vector<Margin>& margins, const Expression::Values& parameters);

// The value of an expression on each machine, as simulated.
ByMachine known_values(const std::vector<std::optional<RunResult>>& results, const Expression& expression,
                       const Expression::Values& parameters);

// Where b - a changes sides upwards (or downwards), between the places at which both were simulated: linear between two.
// Of several on a machine that which is nearest to `near`. -infinity: on the side above from the first place on;
// infinity: not up to the last. Widened by the discrepancy of ratios.
struct KnownCrossing {
  Known at;
  double meet;  // part of the machines on which they meet between first and last place
};
KnownCrossing known_crossing(const Machines& machines, const std::vector<double>& places, const std::vector<ByMachine>& a,
                             const std::vector<ByMachine>& b, bool upwards, double near);

// A point of a front: its goals on each machine, as simulated, more being better; NaN where it has no value, or does not
// meet what has to hold.
struct PointOnMachines {
  std::vector<ByMachine> goals;
  bool steady;  // on the machine of the profiles; else it beats none that is
};
// For each point the part of the machines on which it is on the front. What the discrepancy shares between points cancels,
// so none is added.
std::vector<double> known_fronts(const Machines& machines, const std::vector<PointOnMachines>& points);

// The first of the places whose value is within `worth`, a part of its size, of the best of all; infinity where that is the
// last one. What the discrepancy shares between
// places cancels, so none is added.
Known known_knee(const Machines& machines, const std::vector<double>& places, const std::vector<ByMachine>& values,
                 bool more_is_better, double worth);

}  // namespace ktlssim
