#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "models/counted.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/sweep/sweep_merge.hpp"
#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kStatusHelp{"ktlssim status DIR [options]",
                               "Says what of a sweep is done, what failed and why, and what is missing. "
                               "Exit status 1 while anything is not done.",
                               "  ktlssim status out\n"};

constexpr HelpText kMergeHelp{
    "ktlssim merge DIR [PART...]",
    "Makes the tables of a sweep that was simulated in parts (sweep --only, "
    "--shard), all into DIR or each "
    "into a directory PART of its own. Parts of different sweeps, versions or seeds "
    "are refused. Exit status 1 "
    "while anything is not done.",
    "  ktlssim merge out\n"
    "  ktlssim merge out part-0 part-1\n"};

constexpr std::array<std::string_view, 2> kStatusFormats{"text", "json"};

// Numbers as ranges: "0-3, 7".
std::string ranges(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[i]);
    if (last > i) text += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return text;
}

struct Status {
  SweepCounts counts;
  std::vector<std::size_t> points_missing;  // with a replication that is missing
  Json failures = Json::array();
};

void add_point(Status& status, std::size_t point, const MeasureParameters& measure, const RunsOfPoint& runs) {
  const SweepCounts counts = count(measure, runs);
  status.counts += counts;
  if (counts.missing() > 0) status.points_missing.push_back(point);
  for (std::size_t replication = 0; replication < std::min(counts.total, runs.size()); ++replication) {
    const std::optional<SweepRun>& run = runs[replication];
    if (!run || run->result.status == RunStatus::done) continue;
    status.failures.push_back({{"point", point},
                               {"replication", replication},
                               {"status", name(run->result.status)},
                               {"reason", run->result.diagnosis}});
  }
}

Status status_of(const SweepDirectory& directory, const SweepStage& stage) {
  const Sweep& sweep = directory.plan();
  Status status;
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    add_point(status, point, sweep.points[point].measure, directory.runs(point));
    if (stage) stage("points read", point + 1, sweep.points.size());
  }
  return status;
}

std::string text_of(const SweepDirectory& directory, const Status& status) {
  const SweepCounts& counts = status.counts;
  std::string text = fmt::format("{}: {} of {} done, {} failed, {} missing\n",
                                 directory.plan().settings.name, counts.done,
                                 counted(counts.total, "run"), counts.failed, counts.missing());
  for (const Json& failure : status.failures) {
    const std::string reason = failure.at("reason").get<std::string>();
    text += fmt::format("point {} replication {} {}: {}\n", failure.at("point").get<std::size_t>(),
                        failure.at("replication").get<std::size_t>(), failure.at("status").get<std::string>(),
                        reason.substr(0, reason.find('\n')));
  }
  if (!status.points_missing.empty())
    text += fmt::format("points with runs missing: {}\n", ranges(status.points_missing));
  return text;
}

int exit_status(const SweepCounts& counts) {
  return counts.done == counts.total ? kExitDone : kExitRunFailed;
}

}  // namespace

Options status_options() {
  Options options(kStatusHelp, {"DIR", 1, 1});
  add_format(options, kStatusFormats);
  add_progress(options);
  return options;
}

int status_verb(const Values& values) {
  const SweepDirectory directory(values.operands().front());
  Progress progress = progress_option(values);
  const Status status = status_of(directory, stage_of(progress));
  progress.end();
  if (!as_json(values)) {
    print_table(text_of(directory, status));
  } else {
    const Json json{{"sweep", directory.plan().settings.name},
                    {"total", status.counts.total},
                    {"done", status.counts.done},
                    {"failed", status.counts.failed},
                    {"missing", status.counts.missing()},
                    {"points_missing", status.points_missing},
                    {"failures", status.failures}};
    print_json("status", json);
  }
  for (const std::string& file : directory.damaged()) complain(file);
  return exit_status(status.counts);
}

Options merge_options() {
  Options options(kMergeHelp, {"DIR", 1, Operands::kAny});
  add_format(options, kStatusFormats);
  add_progress(options);
  return options;
}

int merge_verb(const Values& values) {
  const Texts& words = values.operands();
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::error_code none;
    if (std::filesystem::equivalent(words[i], words.front(), none)) throw UsageError(fmt::format("{} is DIR itself, and no part", words[i]));
  }
  Progress progress = progress_option(values);
  const auto [counts, damaged] =
      merge_sweeps(words.front(), {words.begin() + 1, words.end()}, values.command_line(), stage_of(progress));
  progress.end();
  for (const std::string& file : damaged) complain(file);
  complain(fmt::format("{}: {} done, {} failed, {} missing", words.front(), counts.done, counts.failed,
                       counts.missing()));
  if (as_json(values)) print_json("merge", counts_json(words.front(), counts));
  return exit_status(counts);
}

}  // namespace ktlssim
