// Published measurements held against what the model predicts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/statistics/summary.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

// What is predicted for a claim, and whether that meets it.
struct Judged {
  std::string failure;  // of a run, if any: then nothing is predicted
  Estimate predicted{};
  Verdict verdict = Verdict::missed;
};

struct SeriesPoint : Judged {
  std::string pointer;
  std::string value;
  bool unstated = false;
};

// A claim where the machine has one of its mechanisms.
struct MechanismOutcome : Judged {
  Mechanism mechanism;
};

struct ClaimOutcome : Judged {
  Claim claim;
  std::vector<SeriesPoint> series;
  std::vector<MechanismOutcome> mechanisms;

  double error() const { return predicted.mean - claim.published; }
  bool as_expected() const { return failure.empty() && verdict == claim.expected; }
  // Of a prediction whose verdict hangs on what the source does not state, as far as that was simulated.
  std::vector<SeriesPoint> chosen_points() const;
  // Whether a mechanism, where one was simulated, brings it nearer to the published value.
  bool is_supported_by(const MechanismOutcome& mechanism) const;
};

struct ValidationRun {
  std::vector<ClaimOutcome> outcomes;
  bool interrupted = false;
};

// What else to simulate: series, what is unstated among them, and mechanisms.
struct Besides {
  bool series = false;
  bool mechanisms = false;
};

// Simulates every variant of `claims`, `replications` times or as often as the claim asks for, with common
// random numbers, and compares.
ValidationRun validate(const std::vector<Claim>& claims, std::size_t replications, const Pool& pool, Besides besides = {});

}  // namespace ktlssim
