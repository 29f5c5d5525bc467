// The file of a fit: it names parameters with physical bounds and claims of a suite:
//   {"description": "...", "claims": ["NAME", ...], "set": ["/POINTER=VALUE", ...],
//    "parameters": [{"name": "...", "pointers": ["/driver/..."], "min": 0, "max": 1, "reason": "for the
//    bounds",
//                    "claims": ["NAME", ...], "times_host": "PROFILE"}]}
// All pointers of a parameter get its value; with `times_host`, the value times that host profile's. It
// applies to the claims that it names, or to all.
// `set`, which may be left out, changes the scenarios of the claims first.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

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
  std::string file;  // with the folder that it is in: "fits/ccr-t6.json"
  std::string description;
  std::vector<Claim> claims;
  std::vector<FitParameter> parameters;
};

// Throws InputError. There may not be more parameters than claims, nor than kMaxFitParameters.
FitProblem load_fit(const std::filesystem::path& path, const Suite& suite);

}  // namespace ktlssim
