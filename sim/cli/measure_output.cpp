#include "sim/cli/measure_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "models/counted.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/profiles/profiles.hpp"

namespace ktlssim {

namespace {

std::string leaf(const std::string& pointer) { return pointer.substr(pointer.rfind('/') + 1); }

// The script that traces the kernel's steps, as it is beside the profiles.
std::string script() {
  std::ifstream file(shipped_profiles(ProfileKind::host).parent_path() / "measure-steps.d");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string measured_by(const std::string& pointer) {
  const std::string name = leaf(pointer);
  if (pointer.starts_with("/host/") && name.ends_with("_ns") &&
      script().find("fbt::" + name.substr(0, name.size() - 3) + ":") != std::string::npos)
    return "dtrace -q -s models/profiles/measure-steps.d > steps.csv; ktlssim calibrate --steps steps.csv";
  if (pointer.starts_with("/driver/ciphers/")) return "ktlssim calibrate, where the cipher is the CPU's";
  for (const char* const measured : {"context_switch_ns", "wakeup_ns", "copyin_ns_per_byte", "syscall_ns"})
    if (name == measured) return "ktlssim calibrate";
  return {};
}

std::string narrowing_table(const Answer& answer, const std::vector<Narrowing>& all, std::size_t top) {
  std::string text =
      wrap(fmt::format("{}: median {:.3g}{}, not known {} (90 %). Knowing one value to 10 % would leave:", answer.what,
                       answer.now.median, answer.unit.empty() ? "" : ' ' + answer.unit, range_text(answer.now.ninety)),
           columns()) +
      fmt::format("\n{:<40}{:>17}{:>9}{:>14}\n", "value", "its range", "explains", "leaves");
  const std::size_t shown = std::min(top, all.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Narrowing& n = all[i];
    text += fmt::format("{:<40}{:>17}{:>7.0f} %{:>14}\n",
                        shortened(n.values > 1 ? fmt::format("{} and {} more", n.pointer, n.values - 1) : n.pointer, 40),
                        shortened(range_text({n.low, n.high}), 17), 100 * n.explained, shortened(range_text(n.then), 14));
    const std::string how = measured_by(n.pointer);
    if (!how.empty()) text += wrap(how, columns(), 4);
  }
  if (all.empty()) text += "no single value explains more than chance may\n";
  return text;
}

Json narrowing_json(const Answer& answer, const std::vector<Narrowing>& all) {
  Json values = Json::array();
  for (const Narrowing& n : all) {
    const std::string how = measured_by(n.pointer);
    values.push_back({{"pointer", n.pointer},
                      {"profile", n.profile},
                      {"values", n.values},
                      {"low", number_json(n.low)},
                      {"high", number_json(n.high)},
                      {"explained", number_json(n.explained)},
                      {"known90_then", range_json(n.then)},
                      {"measured_by", how.empty() ? Json() : Json(how)}});
  }
  return {{"answer", answer.what},
          {"unit", answer.unit},
          {"known_median", number_json(answer.now.median)},
          {"known90", range_json(answer.now.ninety)},
          {"values", values}};
}

std::string total_effect_table(const std::string& what, const TotalEffects& effects, std::size_t top) {
  std::string text =
      wrap(fmt::format("{} over the priors: mean {:.3g}, standard deviation {:.2g}; part of the variance that would be left if "
                       "all but this were known",
                       what, effects.mean, effects.sd),
           columns()) +
      fmt::format("\n{:<50}{:>8}{:>18}\n", "value", "total", "95 %");
  const std::size_t shown = std::min(top, effects.effects.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const TotalEffect& e = effects.effects[i];
    text += fmt::format("{:<50}{:>6.1f} %{:>18}\n", shortened(e.pointer, 50), 100 * e.part,
                        fmt::format("{:.1f} to {:.1f} %", 100 * e.lo, 100 * e.hi));
  }
  const std::size_t weaker = effects.effects.size() - shown;
  return text + '\n' +
         wrap(fmt::format("{} {} not shown, {} {} nothing; {}. What is not above \"dice\" is none.",
                          counted(weaker, "weaker one"), are(weaker), effects.without_effect,
                          effects.without_effect == 1 ? "changes" : "change", counted(effects.runs, "run")),
              columns());
}

Json total_effect_json(const std::string& what, const TotalEffects& effects) {
  Json values = Json::array();
  for (const TotalEffect& e : effects.effects)
    values.push_back({{"pointer", e.pointer},
                      {"profile", e.profile},
                      {"total_effect", number_json(e.part)},
                      {"ci95", {number_json(e.lo), number_json(e.hi)}}});
  return {{"answer", what},           {"mean", number_json(effects.mean)},
          {"sd", number_json(effects.sd)}, {"values", values},
          {"without_effect", effects.without_effect}, {"runs", effects.runs}};
}

}  // namespace ktlssim
