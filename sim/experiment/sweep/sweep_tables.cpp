#include "sim/experiment/sweep/sweep_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/statistics/summary.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {

namespace {

std::string cell(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string number(double value) { return std::isfinite(value) ? number_json(value).dump() : ""; }

std::string header(const Sweep& sweep, const std::string& first) {
  std::string text = first;
  for (const std::string& pointer : sweep.parameters) text += ',' + cell(pointer);
  return text;
}

std::string values_of(const SweepPoint& point) {
  std::string text;
  for (const Assignment& assignment : point.values) text += ',' + cell(plain_value(assignment.value));
  return text;
}

std::string_view spread_name(Spread spread) {
  switch (spread) {
    case Spread::interval:
      return "interval";
    case Spread::single:
      return "single";
    case Spread::growing:
      return "growing";
    case Spread::deterministic:
      break;
  }
  return "deterministic";
}

// The resource with the highest utilization; empty where nothing was simulated to its end.
std::string bottleneck(const Summary& summary) {
  const Resource* const resource = summary.bottleneck();
  return resource == nullptr ? "" : cell(resource->name);
}

// "yes", or why not.
std::string steady_cell(const SweepRun& run) {
  if (run.result.status != RunStatus::done) return {};
  if (run.steadiness.steady()) return "yes";
  std::string why;
  for (const UnsteadyReason& reason : run.steadiness.why) why += (why.empty() ? "" : "; ") + reason.what;
  return cell("no: " + why);
}

constexpr const char* kKnownHeader = ",known_median,known90_lo,known90_hi,known50_lo,known50_hi";

// Cells under kKnownHeader, where there is that header. No interval of a mean that does not exist.
std::string known_cells(const SweepKnown& known, std::size_t point, const Estimate& metric) {
  constexpr const char* kNone = ",,,,,";
  if (known.empty()) return {};
  const auto at = known.find(point);
  if (at == known.end() || metric.spread == Spread::growing) return kNone;
  const auto found = at->second.at("metrics").find(metric.name);
  if (found == at->second.at("metrics").end() || found->at("known_median").is_null()) return kNone;
  std::string text = ',' + found->at("known_median").dump();
  for (const char* const range : {"known90", "known50"})
    for (const std::size_t end : {0U, 1U}) text += ',' + found->at(range).at(end).dump();
  return text;
}

// In the order in which they first appear.
std::vector<std::string> metric_names(const SweepRuns& runs) {
  std::vector<std::string> names;
  for (const auto& run : runs) {
    if (!run) continue;
    for (const Metric& metric : run->result.metrics)
      if (std::find(names.begin(), names.end(), metric.name) == names.end()) names.push_back(metric.name);
  }
  return names;
}

}  // namespace

Summary summary_of_point(std::span<const std::shared_ptr<const SweepRun>> runs) {
  std::vector<RunResult> ended;
  Steadiness steadiness;
  for (const std::shared_ptr<const SweepRun>& run : runs) {
    if (!run) continue;
    ended.push_back(run->result);
    steadiness.backlog_grows = steadiness.backlog_grows || run->steadiness.backlog_grows;
  }
  Summary summary = summarize(ended);
  withhold_intervals(steadiness, summary);
  return summary;
}

std::string points_csv(const Sweep& sweep) {
  std::string text = header(sweep, "point") + ",seed\n";
  for (std::size_t point = 0; point < sweep.points.size(); ++point)
    text +=
        fmt::format("{}{},{}\n", point, values_of(sweep.points[point]), sweep.points[point].seed);
  return text;
}

std::string runs_csv(const Sweep& sweep, const SweepRuns& runs) {
  const std::vector<std::string> names = metric_names(runs);
  std::string text = header(sweep, "point,replication") + ",seed,status,reason,bottleneck,steady";
  for (const std::string& name : names) text += ',' + cell(name);
  text += '\n';
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]) continue;
    const RunResult& result = runs[i]->result;
    const SweepPoint& point = sweep.points[i / sweep.replications()];
    text += fmt::format("{},{}{},{},{},{},{},{}", i / sweep.replications(), i % sweep.replications(),
                        values_of(point), point.seed,
                        name(result.status), cell(result.diagnosis), bottleneck(summarize({&result, 1})),
                        steady_cell(*runs[i]));
    for (const std::string& metric_name : names) {
      const Metric* const metric = result.metric(metric_name);
      text += ',' + (metric == nullptr ? "" : number(metric->value));
    }
    text += '\n';
  }
  return text;
}

std::string timing_csv(const Sweep& sweep, const SweepRuns& runs) {
  std::string text = "point,replication,wall_seconds,peak_memory_kib,host,engine\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]) continue;
    const RunResult& result = runs[i]->result;
    text += fmt::format("{},{},{},{},{},fiber\n", i / sweep.replications(), i % sweep.replications(),
                        number(result.wall_seconds), result.peak_memory_kib, cell(runs[i]->host));
  }
  return text;
}

std::string summary_csv(const Sweep& sweep, const SweepRuns& runs, const SweepKnown& known) {
  std::string text = header(sweep, "point") + ",metric,unit,mean,ci95_lo,ci95_hi,n,spread,bottleneck";
  text += known.empty() ? "\n" : std::string(kKnownHeader) + '\n';
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    const Summary summary =
        summary_of_point(std::span(runs).subspan(point * sweep.replications(), sweep.replications()));
    const std::string values = values_of(sweep.points[point]);
    const std::string limit = bottleneck(summary);
    for (const Estimate& e : summary.metrics) {
      const bool bounded = e.spread != Spread::single && e.spread != Spread::growing && e.n > 0;
      text += fmt::format("{}{},{},{},{},{},{},{},{},{}{}\n", point, values, cell(e.name), cell(e.unit),
                          number(e.mean), bounded ? number(e.lo) : "", bounded ? number(e.hi) : "", e.n,
                          spread_name(e.spread), limit,
                          known_cells(known, point, e));
    }
  }
  return text;
}

}  // namespace ktlssim
