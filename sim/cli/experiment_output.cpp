#include "sim/cli/experiment_output.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "models/counted.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/run_result_json.hpp"
#include "sim/experiment/text/sums.hpp"

namespace ktlssim {

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

Json counts_json(const std::filesystem::path& directory, const SweepCounts& counts) {
  return {{"directory", directory.string()},
          {"total", counts.total},
          {"done", counts.done},
          {"failed", counts.failed},
          {"missing", counts.missing()}};
}

void complain_of_failures(const Experiment& experiment, const std::string& where) {
  for (const Replication& run : experiment.runs)
    if (run.result.status != RunStatus::done)
      complain(fmt::format("{}replication {} {}: {}", where, run.number,
                           name(run.result.status),
                           run.result.diagnosis));
  if (experiment.interrupted)
    complain(fmt::format("{}interrupted; {} ended before", where, counted(experiment.runs.size(), "replication")));
}

namespace {

std::string latency_csv(const Summary& summary) {
  std::string text = "latency_ready_us,fraction\n";
  for (const auto& [us, fraction] : summary.latency_cdf) text += fmt::format("{:.7g},{:.7g}\n", us, fraction);
  return text;
}

std::string series_csv(const Experiment& experiment) {
  std::string text = "replication,end_us,throughput_gbps,cpu_percent,in_flight_mean,device_utilization\n";
  for (const Replication& run : experiment.runs)
    for (const SeriesStep& s : run.result.series)
      text += fmt::format("{},{:.7g},{:.7g},{:.7g},{:.7g},{:.7g}\n", run.number, s.end_us, s.throughput_gbps,
                          s.cpu_percent, s.in_flight_mean, s.device_utilization);
  return text;
}

}  // namespace

OutputDirectory directory_for(std::string_view own, const std::filesystem::path& path) {
  refuse_results_of_others(path, own);
  return OutputDirectory(path);
}

void write_results(const OutputDirectory& out, const Scenario& asked, const Scenario& scenario, const Experiment& experiment,
                   const RunRecord& record, const KnownAnswer* known, std::size_t number) {
  const bool had_a_run = has_saved_runs(out.path());
  discard_sums(out);
  Json result = result_json(scenario, experiment, record);
  if (known != nullptr) add_known(result, *known, number);
  out.write("result.json", json_of_verb("run", result));
  out.write("latency.csv", latency_csv(experiment.summary));
  out.write("series.csv", series_csv(experiment));
  write_saved_runs(out, asked, scenario, experiment);
  out.write("manifest.json", json_text(provenance_json(scenario, experiment, record)));
  // A directory belongs to one run: a report must not draw the timeline of an earlier one.
  if (!had_a_run) return;
  for (const char* const of_an_earlier_run : {"trace.json", "report"}) out.discard(of_an_earlier_run);
}

void write_sums_of_run(const OutputDirectory& out) {
  constexpr std::array<std::string_view, 5> kFiles{"result.json", "latency.csv", "series.csv", "manifest.json", "trace.json"};
  write_sums(out, kFiles);
}

}  // namespace ktlssim
