// The parameters that the verdict of a claim leans on most.
//
// A table of them lies beside the suite, as `leans.json`: it takes many runs to find, and changes little. The
// file maps a claim's name to an array of {"pointer": POINTER, "confidence": CONFIDENCE, "change": NUMBER}.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

inline constexpr std::size_t kLeansNamed = 3;

struct Lean {
  std::string pointer;     // after "against " where only the other variant of a comparison has it
  std::string confidence;  // of a profile's value; empty for a parameter of the scenario
  double change;           // of the prediction, where the parameter is 10 per cent higher
};

using Leans = std::map<std::string, std::vector<Lean>>;  // by the claim's name, the strongest first

struct LeaningRun {
  Leans leans;  // kLeansNamed each; none of a claim of which a run failed
  bool interrupted = false;
};

// Varies every number by a tenth up and down, in both variants of a comparison at once where both have it,
// with common random numbers. All are looked at in one replication, the strongest few in all `replications`.
// Of the workload, which is what was measured, only what the source does not state is varied.
LeaningRun find_leans(const std::vector<Claim>& claims, std::size_t replications, std::size_t jobs);

std::filesystem::path leans_file(const std::filesystem::path& suite);
// Empty if there is no such file. Throws InputError, also for a claim that the suite does not have.
Leans load_leans(const std::filesystem::path& path, const Suite& suite);
Json leans_json(const Leans& leans);

}  // namespace ktlssim
