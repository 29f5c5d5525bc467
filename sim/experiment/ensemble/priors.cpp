#include "sim/experiment/ensemble/priors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"

namespace ktlssim {

namespace {

bool is_whole(double value) { return value == std::floor(value); }

// A count has no unit in its name, and nothing but whole numbers.
bool is_count(std::string_view key, double value, double low, double high) {
  for (const std::string_view unit : {"_ns", "_us", "_gbps", "_per_s", "_per_byte", "_bytes"})
    if (key.find(unit) != std::string_view::npos) return false;
  return is_whole(value) && is_whole(low) && is_whole(high);
}

PriorLaw law_of(const Json& quantity) {
  return quantity.value("prior", "") == name(PriorLaw::log_uniform) ? PriorLaw::log_uniform : PriorLaw::uniform;
}

class Walk {
 public:
  std::vector<InexactValue> take() { return std::move(found_); }

  void profile(const Json& json, const std::string& pointer, std::string_view kind) {
    profile_ = fmt::format("{} {}", kind, json.value("name", ""));
    within_ = pointer.size();
    group(json, pointer);
  }

 private:
  void group(const Json& json, const std::string& pointer) {
    for (const auto& item : json.items()) {
      const Json& value = item.value();
      if (!value.is_object()) continue;
      const std::string at = child_pointer(pointer, item.key());
      if (value.contains("low") && value.contains("high"))
        quantity(value, at, item.key());
      else
        group(value, at);
    }
  }
  void quantity(const Json& json, const std::string& pointer, const std::string& key) {
    const double value = json.at("value").get<double>();
    const double low = json.at("low").get<double>();
    const double high = json.at("high").get<double>();
    if (low >= high) return;
    const std::string shared = json.value("shares", "");
    const std::string place = pointer.substr(within_);
    found_.push_back({pointer, profile_, place, fmt::format("{} {}", profile_, shared.empty() ? place : shared), value,
                      low, high, law_of(json), is_count(key, value, low, high)});
  }

  std::string profile_;
  std::size_t within_ = 0;  // characters of a pointer that name the profile
  std::vector<InexactValue> found_;
};

std::string text_of(const InexactValue& value) {
  std::string text = fmt::format("{}..{} {}", value.low, value.high, value.whole ? "whole" : name(value.law));
  if (!value.name.ends_with(value.place)) text += ", " + value.name.substr(value.profile.size() + 1);
  return text;
}

std::vector<InexactValue> inexact_values_of(const Json& effective) {
  Walk walk;
  walk.profile(effective.at("kernel"), "/kernel", "kernel");
  walk.profile(effective.at("host"), "/host", "host");
  walk.profile(effective.at("driver"), "/driver", "driver");
  if (effective.contains("other_drivers"))
    for (std::size_t i = 0; i < effective.at("other_drivers").size(); ++i)
      walk.profile(effective.at("other_drivers").at(i), fmt::format("/other_drivers/{}", i), "driver");
  return walk.take();
}

}  // namespace

double InexactValue::at(double quantile) const {
  if (whole) return std::min(high, low + std::floor(quantile * (high - low + 1)));
  if (law == PriorLaw::log_uniform && low > 0) return low * std::pow(high / low, quantile);
  return low + quantile * (high - low);
}

double InexactValue::at_draw(std::size_t draw) const { return at(quantile(name, draw)); }

std::vector<InexactValue> inexact_values(const Scenario& scenario) {
  return inexact_values_of(effective_json(scenario));
}

Scenario on_machine(const Scenario& scenario, std::size_t draw) { return on_machine(scenario, draw, {}); }

Scenario on_machine(const Scenario& scenario, std::size_t draw, const std::vector<Replaced>& replaced) {
  Json json = effective_json(scenario);
  for (const InexactValue& value : inexact_values_of(json)) {
    const auto other = std::ranges::find(replaced, value.name, &Replaced::name);
    const double drawn = other == replaced.end() ? value.at_draw(draw) : value.at(other->quantile);
    json.at(Json::json_pointer(value.pointer + "/value")) = number_json(std::clamp(drawn, value.low, value.high));
  }
  return read_scenario(std::move(json), scenario.name);
}

void add_priors(Priors& priors, const std::vector<InexactValue>& values) {
  for (const InexactValue& value : values) priors[value.profile][value.place] = text_of(value);
}

std::vector<std::string> changed_profiles(const Priors& drawn, const std::vector<InexactValue>& values) {
  std::vector<std::string> changed;
  for (const InexactValue& value : values) {
    const auto profile = drawn.find(value.profile);
    const bool known = profile != drawn.end() && profile->second.contains(value.place);
    if (known && profile->second.at(value.place) == text_of(value)) continue;
    if (std::ranges::find(changed, value.profile) == changed.end()) changed.push_back(value.profile);
  }
  return changed;
}

}  // namespace ktlssim
