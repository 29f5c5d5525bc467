// What is worth measuring, as `ktlssim sensitivity --narrowing` and `--total-effects` print it.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/measuring/narrowing.hpp"
#include "sim/experiment/measuring/total_effect.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// An answer that is to be narrowed: what it is called, its unit, its interval.
struct Answer {
  std::string what;
  std::string unit;
  Known now;
};

std::string narrowing_table(const Answer& answer, const std::vector<Narrowing>& all, std::size_t top);
Json narrowing_json(const Answer& answer, const std::vector<Narrowing>& all);
std::string total_effect_table(const std::string& what, const TotalEffects& effects, std::size_t top);
Json total_effect_json(const std::string& what, const TotalEffects& effects);

// The command that measures the value at `pointer`; empty where none does.
std::string measured_by(const std::string& pointer);

}  // namespace ktlssim
