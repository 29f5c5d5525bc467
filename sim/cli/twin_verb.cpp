#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/calibrate/thread_costs_output.hpp"
#include "sim/experiment/text/sums.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/twin/twin_output.hpp"
#include "sim/experiment/twin/twin_scenario.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kTwinHelp{
    "ktlssim twin [options]",
    "Runs both dispatch paths on threads of this machine, a polling thread being the coprocessor, measures by "
    "themselves what the threads' switches, wakeups and interrupts cost, and holds what the simulator predicts "
    "from these costs against what the threads did. Needs two CPUs, and real-time priorities to be worth much "
    "(root, as a rule). Rates are those of slices of time in which nobody was taken off a CPU; the plain ones stand "
    "beside. A run takes half a second, all of them five minutes; several times that where others want both "
    "CPUs more urgently. Exit status: 0 all runs conserved their records, "
    "whatever was predicted; 1 one did not.",
    "  ktlssim twin\n"
    "  ktlssim twin --quick\n"
    "  ktlssim twin --out results/twin\n"
    "  ktlssim twin --costs\n"};

constexpr std::int64_t kMaxRepeats = 1000;
constexpr std::int64_t kMaxMs = 700;  // Linux takes CPUs from real-time threads after 950 ms of a second
constexpr std::size_t kQuickSettings = 4;

// Both paths of one condition.
void keep_only(std::vector<TwinSetting>& settings, const std::string& name) {
  std::vector<std::string> names;
  for (const TwinSetting& setting : settings) names.push_back(setting.name);
  std::erase_if(settings, [&name](const TwinSetting& setting) { return setting.name != name; });
  if (settings.empty())
    throw UsageError(fmt::format("there is no condition \"{}\"{}", name, did_you_mean(name, names)));
}

}  // namespace

Options twin_options() {
  Options options(kTwinHelp, kNoOperands);
  options.flag("quick", "two conditions, once, shortly: does it work here?");
  options.add("only", "NAME", Text{}, "one of the conditions");
  options.flag("costs", "only measure what threads cost here");
  options.add("conditions", "FILE", Text{}, "other conditions");
  options.add("repeats", "N", Integer{1, kMaxRepeats, 3}, "of every setting");
  options.add("milliseconds", "N", Integer{10, kMaxMs, 300}, "measured of each run, after 50");
  options.flag("may-sleep", "CPUs may go to sleep when they are idle; then CPU time is what the system accounts");
  add_out(options, "write twin.json, twin.csv and twin.txt");
  options.add("scenarios", "DIR", Text{}, "write the scenario of every setting, at the medians of the costs");
  add_progress(options);
  add_format(options);
  return options;
}

int twin_verb(const Values& values) {
  TwinPlan plan;
  plan.repeats = static_cast<int>(values.integer("repeats"));
  plan.options.measured_ms = static_cast<double>(values.integer("milliseconds"));
  plan.options.keep_awake = !values.given("may-sleep");
  std::optional<OutputDirectory> out;
  std::optional<OutputDirectory> scenarios;
  if (values.given("out")) out.emplace(values.text("out"));
  if (values.given("scenarios")) scenarios.emplace(values.text("scenarios"));
  if (values.given("costs")) {
    const ThreadCosts costs = measure_thread_costs(plan.repeats);
    print_table(as_json(values) ? json_of_verb("twin", {{"thread_costs", thread_costs_json(costs)}}) : thread_costs_text(costs, true));
    return kExitDone;
  }
  std::vector<TwinSetting> settings = load_twin_settings(
      values.given("conditions") ? std::filesystem::path(values.text("conditions")) : default_twin_settings());
  if (values.given("only")) keep_only(settings, values.text("only"));
  if (values.given("quick")) {
    settings.resize(std::min(settings.size(), kQuickSettings));
    plan.repeats = 1;
    plan.draws = 4;
    plan.options.warmup_ms = 10;
    plan.options.measured_ms = 50;
  }
  Progress progress = progress_option(values);
  const TwinTable table = evaluate_twin(settings, plan, [&progress](int done, int all) {
    progress.show({static_cast<std::size_t>(all), static_cast<std::size_t>(done), 0}, static_cast<std::size_t>(done));
  });
  progress.end();
  if (out) {
    constexpr std::array<std::string_view, 3> kFiles{"twin.json", "twin.csv", "twin.txt"};
    discard_sums(*out);
    out->write("twin.json", json_text(twin_json(table)));
    out->write("twin.csv", twin_csv(table));
    out->write("twin.txt", twin_text(table));
    write_sums(*out, kFiles);
  }
  if (scenarios)
    for (const TwinRow& row : table.rows)
      scenarios->write(fmt::format("{}-{}.json", row.setting.name, name(row.setting.path)),
                       json_text(twin_scenario(row.setting, table.costs, twin_cpus())));
  print_table(as_json(values) ? json_of_verb("twin", twin_json(table)) : twin_text(table));
  return kExitDone;
}

}  // namespace ktlssim
