#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sim/cli/compare_output.hpp"
#include "sim/cli/compare_sides.hpp"
#include "sim/cli/compare_sweeps.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/text/sums.hpp"
#include "sim/experiment/sweep/saved_points.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kCompareHelp{
    "ktlssim compare A [B...] [options]",
    "Simulates scenarios, or one with two settings, with common random numbers, and reports for each metric what differs "
    "from the first, pair by pair, as ministat(1) does. Directories that `ktlssim run --out` wrote are compared as they "
    "are, two of `ktlssim sweep` point by point, matched by their settings. The intervals of several against the first "
    "hold together in 95 % (Bonferroni). Every metric has 95 % of its own: of twenty that do not differ, one will seem to. "
    "Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim compare scenarios/qat-loopback.json --set-a /ktls/dispatch=blocking\n"
    "  ktlssim compare a.json b.json c.json --metric latency_ready_us_p99\n"
    "  ktlssim compare out/before out/after\n"};

// What is not known of two sides that were simulated; nothing, and why, if that cannot be said.
std::optional<KnownAnswer> known_of(const std::vector<ComparedSide>& sides, const EnsembleOption& ensemble, const Pool& pool,
                                    std::string& why) {
  const bool simulated = std::ranges::all_of(sides, [](const ComparedSide& side) { return !side.saved && side.experiment.all_done(); });
  if (!ensemble.wanted() || !simulated || sides.size() != 2) return std::nullopt;
  return ensemble.answer({&sides[0].scenario, &sides[1].scenario},
                         {events_of(sides[0].experiment), events_of(sides[1].experiment)}, pool, why);
}

// What a comparison of more sides left there.
void discard_further_sides(const OutputDirectory& out, std::size_t sides) {
  for (; sides < kMostSides && has_saved_runs(out.path() / side_name(sides)); ++sides) out.discard(side_name(sides));
}

}  // namespace

Options compare_options() {
  Options options(kCompareHelp, {"A", 1, kMostSides});
  add_sets_of_two(options);
  options.add("metric,M", "NAME", Repeatable{metric_names()},
              "compare NAME; may be repeated; throughput_gbps and cpu_percent unless given");
  add_seed(options);
  add_replications(options, 10, "pairs to simulate");
  add_precision(options,
                "simulate pairs until half the interval of each difference is at most R times the mean of A");
  add_pool(options);
  add_format(options);
  add_out(options, "write comparison.json and difference.folded to DIR, and to DIR/a, DIR/b, ... what `run` writes and, of "
                   "the first two, a short trace.json");
  options.flag("resume", "add to the replications that DIR holds");
  add_engines(options);
  add_ensemble(options);
  return options;
}

int compare_verb(const Values& values) {
  const Texts metrics = values.given("metric") ? values.texts("metric") : Texts{"throughput_gbps", "cpu_percent"};
  if (values.given("resume") && !values.given("out")) throw UsageError("--resume takes --out DIR");
  if (std::ranges::any_of(values.operands(), [](const std::string& path) { return has_saved_points(path); }))
    return compare_sweeps(values, metrics);
  RunRecord record{};
  record.engines = engines_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  std::vector<ComparedSide> sides = sides_of(values);
  if (std::ranges::all_of(sides, &ComparedSide::saved))
    refuse_given(values, {"replications", "precision", "engine", "timeout"}, "results are compared as they are");
  const Judging judging{pairing_of(sides), sides.size() - 1};
  const EnsembleOption ensemble(values);
  const bool alike = values.operands().size() == 1;
  for (const ComparedSide& side : sides) warn_of_unread(side, alike ? &sides[1 - side.number] : nullptr);
  for (const ComparedSide& side : sides)
    if (!side.saved) warn_of_kernel(side.scenario, label(side.label) + ": ");
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(directory_for(kComparisonFile, values.text("out")));
  if (values.given("resume")) resume(sides, values.text("out"));

  record.started = utc_now();
  for (ComparedSide& side : sides) side.record = record;
  std::optional<std::size_t> count = record.replications;
  if (sides.front().scenario.measure.relative_precision > 0 && !values.given("replications")) count = std::nullopt;
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  const bool whole = simulate_sides(sides, count, metrics, judging, pool);
  progress.end();
  for (const ComparedSide& side : sides) complain_of_failures(side.experiment, label(side.label) + ": ");
  if (!whole) {
    complain("nothing is kept of a comparison that is interrupted");
    return kExitInterrupted;
  }
  const Compared compared = compare_sides(sides, metrics, judging);
  if (!as_json(values)) print_table(sides_table(sides, compared, metrics, judging));
  std::string why;
  const std::optional<KnownAnswer> known = known_of(sides, ensemble, pool, why);
  progress.end();
  if (!why.empty()) complain("what is not known: " + why);
  Json answer = sides_json(sides, compared, metrics, judging);
  if (known) add_known_of_comparison(answer, *known);
  const std::string as_json_text = json_of_verb("compare", answer);
  if (out) {
    for (const ComparedSide& side : sides)
      write_results(OutputDirectory(out->path() / side.name()), side.asked, side.scenario, side.experiment, side.record,
                    known ? &*known : nullptr, side.number);
    discard_sums(*out);
    out->write(kComparisonFile, as_json_text);
    discard_further_sides(*out, sides.size());
    if (!sides[0].saved && !sides[1].saved) write_of_comparison(*out, sides[0].scenario, sides[1].scenario);
    for (const ComparedSide& side : sides) write_sums_of_run(OutputDirectory(out->path() / side.name()));
    constexpr std::array<std::string_view, 2> kFiles{kComparisonFile, "difference.folded"};
    write_sums(*out, kFiles);
  }
  if (as_json(values)) print(as_json_text);
  if (!as_json(values) && known) print_table(known_lines(compared.front(), *known));
  if (why == kInterrupted) return kExitInterrupted;
  return std::ranges::all_of(sides, [](const ComparedSide& side) { return side.experiment.all_done(); }) ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
