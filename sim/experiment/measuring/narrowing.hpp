// What is worth measuring: by how much an answer would narrow, were one value known to a tenth.
//
// From the machines of an answer alone, without another run: the part of the answer's variance that a parabola over the
// logarithm of the value explains (corrected for its three coefficients), less what a tenth leaves of it. Values whose part
// may be chance (F test at 1 %) are left out. The discrepancy stays: no measurement of a cost takes it away.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/ensemble/known.hpp"
#include "sim/experiment/ensemble/priors.hpp"

namespace ktlssim {

struct Narrowing {
  std::string pointer;  // of the first of the values that are drawn as one
  std::string profile;
  std::size_t values;   // that are drawn as one
  double low;
  double high;
  double explained;     // part of the variance over the machines
  KnownRange then;      // the 90 % interval, expected
};

// The strongest first. `now`: the answer's interval, `values` of each machine, `sd` the discrepancy in the answer's unit.
std::vector<Narrowing> narrowings(const Machines& machines, const std::vector<InexactValue>& inexact, const ByMachine& values,
                                  const Known& now, double sd);

}  // namespace ktlssim
