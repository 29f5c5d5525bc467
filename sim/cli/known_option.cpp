#include "sim/cli/known_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMachines = 100;
constexpr std::int64_t kFewest = 8;
constexpr std::int64_t kMost = 10000;
constexpr const char* kVariable = "KTLSSIM_ENSEMBLE";

std::string chosen(const Values& values, UnlessGiven unless_given) {
  if (values.given("ensemble")) return values.text("ensemble");
  if (unless_given == UnlessGiven::off) return "off";
  if (unless_given == UnlessGiven::needed) return std::to_string(kMachines);
  const char* const set = std::getenv(kVariable);
  return set != nullptr && *set != '\0' ? std::string(set) : std::to_string(kMachines);
}

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The priors alone, where there is no file of an ensemble.
EnsembleFile without_figures(std::size_t draws) {
  EnsembleFile file;
  file.draws.assign(draws, {});
  return file;
}

}  // namespace

void add_ensemble(Options& options) {
  options.add("ensemble", "N", Text{},
              "give the answer again on N machines that the ranges of profiles and the published figures allow, to tell what "
              "is not known; or off; or the file of another ensemble; 100 unless $KTLSSIM_ENSEMBLE says otherwise");
}

void add_ensemble_on_demand(Options& options, std::string_view cost) {
  options.add("ensemble", "N", Text{},
              fmt::format("N machines that the ranges of profiles and the published figures allow, or the file of another "
                          "ensemble; off unless given, because of what it costs: {}", cost));
}

EnsembleOption::EnsembleOption(const Values& values, UnlessGiven unless_given) : machines_(kMachines) {
  const std::string text = chosen(values, unless_given);
  wanted_ = text != "off";
  if (!wanted_) return;
  std::filesystem::path path = default_ensemble();
  bool named = false;
  if (is_number(text)) {
    machines_ = static_cast<std::size_t>(integer_value("ensemble", text, kFewest, kMost));
  } else {
    path = text;
    named = true;
    if (!std::filesystem::exists(path))
      throw UsageError(fmt::format("{}: \"{}\": expected \"off\", a number from {} to {}, or the file of an "
                                   "ensemble",
                                   values.given("ensemble") ? "--ensemble" : kVariable, plain(text), kFewest, kMost));
  }
  const Discrepancies floors = load_floors(discrepancies_file(default_suite()));
  const bool there = named || std::filesystem::exists(path);
  evidence_.emplace(there ? load_ensemble(path) : without_figures(std::max<std::size_t>(kStratified, machines_)), floors);
}

std::optional<KnownAnswer> EnsembleOption::answer(const std::vector<const Scenario*>& scenarios,
                                                  const std::vector<std::uint64_t>& events, const Pool& pool,
                                                  std::string& why) const {
  std::optional<KnownPoints> found = answer({{scenarios, events}}, pool, why);
  if (!found) return std::nullopt;
  return KnownAnswer{std::move(found->machines), std::move(found->runs.front())};
}

std::optional<KnownPoints> EnsembleOption::answer(const std::vector<Point>& points, const Pool& pool,
                                                  std::string& why) const {
  std::vector<const Scenario*> all;
  std::size_t count = machines_;
  for (const Point& point : points) {
    if (std::ranges::find(point.events, std::uint64_t{0}) != point.events.end()) {
      why = "no run came to its end";
      return std::nullopt;
    }
    all.insert(all.end(), point.scenarios.begin(), point.scenarios.end());
    count = std::min(count, affordable_machines(machines_, point.scenarios, point.events));
  }
  KnownPoints found{choose_machines(*evidence_, all, count), {}};
  if (found.machines.all.empty()) {
    why = "no value of these profiles states a range";
    return std::nullopt;
  }
  for (const Point& point : points) {
    found.runs.push_back(run_machines(found.machines, point.scenarios, point.events, pool));
    if (!found.runs.back().interrupted) continue;
    why = kInterrupted;
    return std::nullopt;
  }
  return found;
}

bool told_of_known(Progress& progress, const std::string& why) {
  progress.end();
  if (!why.empty()) complain("what is not known: " + why);
  return why != kInterrupted;
}

std::uint64_t events_of(const Experiment& experiment) {
  for (const Replication& run : experiment.runs)
    if (run.result.status == RunStatus::done) return std::max<std::uint64_t>(1, run.result.events);
  return 0;
}

}  // namespace ktlssim
