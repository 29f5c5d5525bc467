#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/calibrate/thread_costs_output.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/twin/twin_output.hpp"

namespace ktlssim {

namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 2> kFormats{"table", "json"};

constexpr HelpText kHelp{
    "ktlssim twin [options]",
    "Runs both dispatch paths on threads of this machine, a polling thread being the coprocessor, measures by "
    "themselves what the threads' switches, wakeups and interrupts cost, and holds what the simulator predicts "
    "from these costs against what the threads did. Needs two CPUs, and real-time priorities to be worth much "
    "(root, as a rule). A run takes less than a second, all of them some two minutes. Exit status: 0 all runs "
    "conserved their records, whatever was predicted; 1 one did not.",
    "  ktlssim twin\n"
    "  ktlssim twin --quick\n"
    "  ktlssim twin --out results/twin\n"
    "  ktlssim twin --costs\n"};

po::options_description twin_options() {
  po::options_description options;
  auto add = options.add_options();
  add("quick", "two conditions, once, shortly: does it work here?");
  add("costs", "only measure what threads cost here");
  add("conditions", po::value<std::string>()->value_name("FILE"), "other conditions");
  add("repeats", po::value<std::string>()->default_value("7")->value_name("N"), "of every setting");
  add("milliseconds", po::value<std::string>()->default_value("300")->value_name("N"),
      "measured of each run, after 50; at most 700");
  add("may-sleep", "CPUs may go to sleep when they are idle; then CPU time is what the system accounts");
  add("out", po::value<std::string>()->value_name("DIR"), "write twin.json, twin.csv and twin.txt");
  add("format", po::value<std::string>()->default_value("table")->value_name("NAME"), "table or json");
  return options;
}

}  // namespace

int twin_verb(const Arguments& arguments) {
  constexpr std::int64_t kMaxRepeats = 1000;
  constexpr std::int64_t kMaxMs = 700;  // Linux takes CPUs from real-time threads after 950 ms of a second
  constexpr std::size_t kQuickSettings = 4;
  const auto values = parse_options(arguments, twin_options(), kHelp);
  if (!values) return kExitDone;
  operands(*values, 0, 0, "");
  const auto text_of = [&](const char* option) { return values->at(option).as<std::string>(); };
  const bool as_json = choice_option("format", text_of("format"), kFormats) == 1;
  TwinPlan plan;
  plan.repeats = static_cast<int>(integer_option("repeats", text_of("repeats"), 1, kMaxRepeats));
  plan.options.measured_ms =
      static_cast<double>(integer_option("milliseconds", text_of("milliseconds"), 10, kMaxMs));
  plan.options.keep_awake = !values->contains("may-sleep");
  std::optional<OutputDirectory> out;
  if (values->contains("out")) out.emplace(text_of("out"));
  if (values->contains("costs")) {
    const ThreadCosts costs = measure_thread_costs(plan.repeats);
    print(as_json ? json_text(thread_costs_json(costs)) : thread_costs_text(costs, true));
    return kExitDone;
  }
  std::vector<TwinSetting> settings = load_twin_settings(
      values->contains("conditions") ? std::filesystem::path(text_of("conditions")) : default_twin_settings());
  if (values->contains("quick")) {
    settings.resize(std::min(settings.size(), kQuickSettings));
    plan.repeats = 1;
    plan.draws = 4;
    plan.options.warmup_ms = 10;
    plan.options.measured_ms = 50;
  }
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const TwinTable table = evaluate_twin(settings, plan, [terminal](int done, int all) {
    if (done == all || done % (terminal ? 10 : 100) == 0) complain(fmt::format("{} of {} runs", done, all));
  });
  if (out) {
    out->write("twin.json", json_text(twin_json(table)));
    out->write("twin.csv", twin_csv(table));
    out->write("twin.txt", twin_text(table));
  }
  print(as_json ? json_text(twin_json(table)) : twin_text(table));
  return kExitDone;
}

}  // namespace ktlssim
