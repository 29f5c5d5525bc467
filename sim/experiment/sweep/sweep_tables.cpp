#include "sim/experiment/sweep/sweep_tables.hpp"

#include <fmt/format.h>

#include <charconv>
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
  for (const Json& value : point.values) text += ',' + cell(plain_value(value));
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

// Cells under kKnownHeader. No interval of a mean that does not exist.
std::string known_cells(const std::optional<Json>& known, const Estimate& metric) {
  constexpr const char* kNone = ",,,,,";
  if (!known || metric.spread == Spread::growing) return kNone;
  const auto found = known->at("metrics").find(metric.name);
  if (found == known->at("metrics").end() || found->at("known_median").is_null()) return kNone;
  std::string text = ',' + found->at("known_median").dump();
  for (const char* const range : {"known90", "known50"})
    for (const std::size_t end : {0U, 1U}) text += ',' + found->at(range).at(end).dump();
  return text;
}

}  // namespace

Summary summary_of_point(const RunsOfPoint& runs) {
  std::vector<RunResult> ended;
  Steadiness steadiness;
  for (const std::optional<SweepRun>& run : runs) {
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
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint point = sweep.points[i];
    text += fmt::format("{}{},{}\n", i, values_of(point), point.seed);
  }
  return text;
}

SweepTables::SweepTables(const std::filesystem::path& directory, const Sweep& sweep, bool with_known)
    : sweep_(sweep),
      with_known_(with_known),
      runs_(directory / "runs.csv"),
      timing_(directory / "timing.csv"),
      summary_(directory / "summary.csv"),
      rows_(directory) {
  timing_.append("point,replication,wall_seconds,peak_memory_kib,host,engine\n");
  summary_.append(header(sweep, "point") + ",metric,unit,mean,ci95_lo,ci95_hi,n,spread,bottleneck");
  summary_.append(with_known ? std::string(kKnownHeader) + '\n' : "\n");
}

void SweepTables::add(std::size_t point, const RunsOfPoint& runs, const std::optional<Json>& known) {
  const SweepPoint asked = sweep_.points[point];
  const std::string values = values_of(asked);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (runs[i]) add_run(fmt::format("{},{}", point, i), fmt::format("{},{}", values, asked.seed), *runs[i]);
  const Summary summary = summary_of_point(runs);
  const std::string limit = bottleneck(summary);
  for (const Estimate& e : summary.metrics) {
    const bool bounded = e.spread != Spread::single && e.spread != Spread::growing && e.n > 0;
    summary_.append(fmt::format("{}{},{},{},{},{},{},{},{},{}{}\n", point, values, cell(e.name), cell(e.unit),
                                number(e.mean), bounded ? number(e.lo) : "", bounded ? number(e.hi) : "", e.n,
                                spread_name(e.spread), limit, with_known_ ? known_cells(known, e) : ""));
  }
}

void SweepTables::add_run(const std::string& number_cells, const std::string& asked_cells, const SweepRun& run) {
  const RunResult& result = run.result;
  timing_.append(fmt::format("{},{},{},{},fiber\n", number_cells, number(result.wall_seconds), result.peak_memory_kib, cell(run.host)));
  std::vector<std::string> cells;
  for (const Metric& metric : result.metrics) {
    const std::size_t at = column(metric.name);
    if (at >= cells.size()) cells.resize(at + 1);
    cells[at] = number(metric.value);
  }
  cells.resize(metrics_.size());
  rows_.add(fmt::format("{} {}{},{},{},{},{}{}{}", cells.size(), number_cells, asked_cells, name(result.status),
                        cell(result.diagnosis), bottleneck(summarize({&result, 1})), steady_cell(run), cells.empty() ? "" : ",",
                        fmt::join(cells, ",")));
}

// The metric's, a new one where it is the first time that it appears.
std::size_t SweepTables::column(const std::string& metric) {
  const auto [found, is_new] = column_of_.emplace(metric, metrics_.size());
  if (is_new) metrics_.push_back(metric);
  return found->second;
}

void SweepTables::commit() {
  runs_.append(header(sweep_, "point,replication") + ",seed,status,reason,bottleneck,steady");
  for (const std::string& name : metrics_) runs_.append(',' + cell(name));
  runs_.append("\n");
  rows_.take([&](std::string_view line) {
    std::size_t cells = 0;
    const char* const space = std::from_chars(line.data(), line.data() + line.size(), cells).ptr;
    runs_.append(line.substr(static_cast<std::size_t>(space - line.data()) + 1));
    runs_.append(std::string(metrics_.size() - cells, ',') + '\n');
  });
  runs_.commit();
  timing_.commit();
  summary_.commit();
}

}  // namespace ktlssim
