#include "sim/experiment/calibrate/thread_costs_output.hpp"

#include <fmt/format.h>

namespace ktlssim {

std::string thread_costs_text(const ThreadCosts& costs, bool meanings) {
  std::string text = fmt::format("{:<28}{:>12}{:>12}{:>12}{}\n", "cost", "median", "low", "high",
                                 meanings ? "  of what" : "");
  for (const MeasuredCost& cost : costs.all) {
    const int digits = cost.high < 10 ? 4 : 0;
    text += fmt::format("{:<28}{:>12.{}f}{:>12.{}f}{:>12.{}f}{}{}\n", cost.name, cost.value, digits, cost.low,
                        digits, cost.high, digits, meanings ? "  " : "", meanings ? cost.meaning : "");
  }
  return text;
}

Json thread_costs_json(const ThreadCosts& costs) {
  Json json = Json::object();
  for (const MeasuredCost& cost : costs.all)
    json[cost.name] = {{"value", number_json(cost.value)},
                       {"low", number_json(cost.low)},
                       {"high", number_json(cost.high)},
                       {"meaning", cost.meaning}};
  return json;
}

}  // namespace ktlssim
