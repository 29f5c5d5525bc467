// Fitting parameters of profiles to published figures.
//
// A fit file names parameters with physical bounds and claims of a suite:
//   {"description": "...", "claims": ["NAME", ...], "set": ["/POINTER=VALUE", ...],
//    "parameters": [{"name": "...", "pointers": ["/driver/..."], "min": 0, "max": 1, "reason": "for the
//    bounds",
//                    "claims": ["NAME", ...], "times_host": "PROFILE"}]}
// All pointers of a parameter get its value; with `times_host`, the value times that host profile's. It
// applies to the claims that it names, or to all.
// `set`, which may be left out, changes the scenarios of the claims first.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/input/profiles.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

inline constexpr std::size_t kMaxFitParameters = 8;

struct FitParameter {
  std::string name;
  std::vector<std::string> pointers;
  double min;
  double max;
  std::string reason;
  std::vector<std::string> claims;  // empty: all
  std::string times_host;           // empty: the value as it is
};

void describe(ParameterVisitor& visitor, FitParameter& parameter);

struct FitProblem {
  std::string description;
  std::vector<Claim> claims;
  std::vector<FitParameter> parameters;
};

// Throws InputError. There may not be more parameters than claims, nor than kMaxFitParameters.
FitProblem load_fit(const std::filesystem::path& path, const Suite& suite);

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
  std::string profile;
  std::string pointer;  // within the profile
  double value;
  double factor;  // on the value of `times_host`; 0 without
};

struct FitResult {
  std::vector<FittedParameter> parameters;
  std::vector<FittedClaim> claims;
  double objective;  // sum of squared errors, each in units of its tolerance
  int evaluations;
  // What the profiles of the claims' scenarios would have to say, as far as parameters are identified.
  std::vector<ProfileValue> profile_values;
};

// Minimizes the objective within the bounds (NLopt's BOBYQA, or Subplex for one parameter), from the
// committed values, with common random numbers. Throws std::runtime_error if a run fails, nlopt::forced_stop
// if it is interrupted.
FitResult fit(const FitProblem& problem, std::size_t replications, std::size_t jobs);

// A claim that is left out of its fit, and what the others, each within its tolerance, and the bounds of the
// parameters leave of its prediction.
struct LeftOut {
  Claim claim;
  double lo;
  double hi;
  int failed_places;  // of the parameters, that were passed over since a run ended early there: it stalled
};

// For each claim of the fit in turn: its smallest and its largest prediction (NLopt's COBYLA). An inner
// estimate: the search may stop short of the ends. Throws as fit().
std::vector<LeftOut> leave_one_out(const FitProblem& problem, std::size_t replications, std::size_t jobs);

}  // namespace ktlssim
