// Fitting parameters of profiles to published figures.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/parameters/profile_edit.hpp"
#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

struct FittedParameter {
  FitParameter parameter;
  double committed;  // the value in the profiles now
  double value;
  // Within which the tolerances of the claims leave it, others free: nothing where they leave it anywhere.
  std::optional<double> half_width;

  bool identified() const {
    return half_width.has_value() && 2 * *half_width < parameter.max - parameter.min;
  }
};

struct FittedClaim {
  Claim claim;
  double predicted;
};

struct ProfileValue {
  ProfileKind kind;
  std::filesystem::path file;  // of the profile; empty where the scenario has one of its own
  std::string pointer;         // within the profile
  FittedQuantity fitted;
};

struct FitResult {
  std::vector<FittedParameter> parameters;
  std::vector<FittedClaim> claims;
  // Every claim within its tolerance.
  bool meets_claims() const;

  double objective;  // sum of squared errors, each in units of its tolerance
  int evaluations;
  // What the profiles of the claims' scenarios would have to say, as far as parameters are identified.
  std::vector<ProfileValue> profile_values;
};

// Where the parameters stand in the profiles of the claims' scenarios, as they are now. Simulates nothing.
std::vector<ProfileValue> places_in_profiles(const FitProblem& problem);

// Minimizes the objective within the bounds (NLopt's BOBYQA, or Subplex for one parameter), from the
// committed values, with common random numbers. Throws std::runtime_error if a run fails, nlopt::forced_stop
// if it is interrupted.
FitResult fit(const FitProblem& problem, std::size_t replications, const Pool& pool);

}  // namespace ktlssim
