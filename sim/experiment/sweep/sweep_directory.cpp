#include "sim/experiment/sweep/sweep_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/result/result_json.hpp"
#include "sim/experiment/run/window.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/experiment/statistics/summary.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/run_result_json.hpp"
#include "sim/experiment/text/sealed_json.hpp"

namespace ktlssim {

namespace {

constexpr int kSchemaVersion = 3;
constexpr const char* kPointSum = "point_sha256";  // earlier versions wrote none
constexpr std::array<std::string_view, 3> kTables{"runs.csv", "timing.csv", "summary.csv"};
constexpr std::int64_t kMostReplications = 10000;  // that /measure/max_replications allows

// What the tables and a report need of a result; numbers that are not finite as null.
Json json_of(const RunResult& result) {
  Json metrics = Json::array();
  for (const Metric& metric : result.metrics)
    metrics.push_back({metric.name, metric.unit, std::isfinite(metric.value) ? Json(metric.value) : Json()});
  Json json = Json::object();
  json.emplace("host", machine_name());
  json.emplace("status", name(result.status));
  json.emplace("reason", result.diagnosis);
  json.emplace("random", result.random);
  json.emplace("wall_seconds", result.wall_seconds);
  json.emplace("peak_memory_kib", result.peak_memory_kib);
  json.emplace("events", result.events);
  json.emplace("metrics", std::move(metrics));
  json.emplace("latency", result.latency);
  json.update(usage_json(result));
  return json;
}

// Throws nlohmann's exceptions if `json` was not made by json_of().
SweepRun run_of(const Json& json) {
  const std::string status = json.at("status").get<std::string>();
  const auto name = std::find(kRunStatusNames.begin(), kRunStatusNames.end(), status);
  SweepRun run{{}, json.at("host").get<std::string>()};
  run.steadiness.backlog_grows = json.at("backlog_grows").get<bool>();
  for (const Json& reason : json.at("unsteady")) {
    const auto kind = std::ranges::find(kUnsteadyNames, reason.at(0).get<std::string>());
    if (kind == kUnsteadyNames.end()) throw InputError({{"", "/unsteady", short_text(reason), "no such kind"}});
    run.steadiness.why.push_back({static_cast<Unsteady>(kind - kUnsteadyNames.begin()), reason.at(1).get<std::string>()});
  }
  run.result.status = name == kRunStatusNames.end() ? RunStatus::failed
                                                    : static_cast<RunStatus>(name - kRunStatusNames.begin());
  run.result.diagnosis = json.at("reason").get<std::string>();
  run.result.random = json.at("random").get<bool>();
  run.result.wall_seconds = json.at("wall_seconds").get<double>();
  run.result.peak_memory_kib = json.at("peak_memory_kib").get<std::int64_t>();
  run.result.events = json.value("events", std::uint64_t{0});  // earlier versions wrote none
  for (const Json& metric : json.at("metrics"))
    run.result.metrics.push_back(
        {metric.at(0).get<std::string>(), metric.at(1).get<std::string>(),
         metric.at(2).is_null() ? std::numeric_limits<double>::quiet_NaN() : metric.at(2).get<double>()});
  json.at("latency").get_to(run.result.latency);
  return run;
}

// When a point's replications end.
Json stopping_json(const MeasureParameters& measure) {
  return {{"relative_precision", measure.relative_precision},
          {"precision_metrics", measure.precision_metrics},
          {"min_replications", measure.min_replications},
          {"max_replications", measure.max_replications}};
}

void read_stopping(const Json& json, MeasureParameters& measure) {
  measure.relative_precision = json.at("relative_precision").get<double>();
  measure.precision_metrics = json.at("precision_metrics").get<std::string>();
  measure.min_replications = json.at("min_replications").get<std::int64_t>();
  measure.max_replications = json.at("max_replications").get<std::int64_t>();
}

Json read_manifest(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "manifest.json";
  if (!std::filesystem::exists(path))
    throw InputError({{directory.string(), "", "", "not a directory of ktlssim sweep: no manifest.json"}});
  if (std::filesystem::exists(directory / "runs.json"))
    throw InputError({{directory.string(), "", "", "the results of ktlssim run: expected those of ktlssim sweep"}});
  std::string why;
  std::optional<Json> found = read_sealed(path, why, kMaxManifestBytes);
  if (!found) throw InputError({{"", "", "", why}});
  if (!found->contains("sweep_id")) throw InputError({{path.string(), "", "", "not the manifest of a sweep"}});
  return std::move(*found);
}

// The members that have a row a point: the only ones of a manifest that are large.
constexpr const char* kSeeds = "seeds";
constexpr const char* kValues = "values";
constexpr const char* kStopping = "stopping";  // only where relative_precision decides

Json without_rows(Json manifest) {
  for (const char* const rows : {kSeeds, kValues, kStopping})
    if (manifest.contains(rows)) manifest[rows] = nullptr;
  return manifest;
}

void put_rows(Json& manifest, const PointList& points) {
  Json seeds = Json::array();
  Json values = Json::array();
  Json stopping = Json::array();
  const bool until_precise = manifest.contains(kStopping);
  for (std::size_t i = 0; i < points.size(); ++i) {
    SweepPoint point = points[i];
    seeds.push_back(point.seed);
    values.push_back(std::move(point.values));
    if (until_precise) stopping.push_back(stopping_json(point.measure));
  }
  manifest[kSeeds] = std::move(seeds);
  manifest[kValues] = std::move(values);
  if (until_precise) manifest[kStopping] = std::move(stopping);
}

// The sweep as far as its tables need it.
Sweep plan_of(const Json& manifest, const std::filesystem::path& directory) {
  const InputError refused({{(directory / "manifest.json").string(), "", "", "not the manifest of a sweep"}});
  Sweep sweep;
  try {
    sweep.settings.name = manifest.at("sweep").get<std::string>();
    sweep.settings.replications = manifest.at("replications").get<std::int64_t>();
    sweep.id = manifest.at("sweep_id").get<std::string>();
    sweep.parameters = manifest.at("parameters").get<std::vector<std::string>>();
    const Json& rows = manifest.at(kValues);
    if (sweep.settings.replications < 1 || sweep.settings.replications > kMostReplications ||
        manifest.at("points").get<std::size_t>() != rows.size() || manifest.at(kSeeds).size() != rows.size() ||
        rows.size() * static_cast<std::size_t>(sweep.settings.replications) > kMaxRuns)
      throw refused;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SweepPoint point;
      point.seed = manifest.at(kSeeds).at(i).get<std::int64_t>();
      point.measure.min_replications = point.measure.max_replications = sweep.settings.replications;
      if (manifest.contains(kStopping)) read_stopping(manifest.at(kStopping).at(i), point.measure);
      if (point.measure.min_replications < 1 || point.measure.min_replications > point.measure.max_replications ||
          point.measure.max_replications > sweep.settings.replications || rows.at(i).size() != sweep.parameters.size())
        throw refused;
      for (std::size_t j = 0; j < sweep.parameters.size(); ++j) point.values.push_back(rows.at(i).at(j));
      sweep.points.add(point);
    }
  } catch (const nlohmann::json::exception&) {
    throw refused;
  }
  return sweep;
}

}  // namespace

Json manifest_of(const Sweep& sweep, const std::string& command_line) {
  const BuildInfo& build = build_info();
  Json json = Json::object();
  json.emplace("schema_version", kSchemaVersion);
  json.emplace("sweep", sweep.settings.name);
  json.emplace("sweep_id", sweep.id);
  json.emplace("version", build.version);
  json.emplace("git", build.git);
  json.emplace("compiler", build.compiler);
  json.emplace("simgrid", build.simgrid);
  json.emplace("build_type", build.build_type);
  json.emplace("engine", "fiber");
  json.emplace("command_line", command_line);
  json.emplace("parameters", sweep.parameters);
  json.emplace("replications", sweep.replications());
  json.emplace("common_random_numbers", sweep.settings.common_random_numbers);
  json.emplace("points", sweep.points.size());
  json.emplace(kSeeds, nullptr);
  json.emplace(kValues, nullptr);
  if (sweep.until_precise()) json.emplace(kStopping, nullptr);
  json.emplace("done", 0);
  json.emplace("failed", 0);
  std::size_t missing = 0;
  for (std::size_t point = 0; point < sweep.points.size(); ++point) missing += planned(sweep.points[point].measure, {});
  json.emplace("missing", missing);
  json.emplace("interrupted", false);
  put_rows(json, sweep.points);
  return json;
}

void compare_manifests(const Json& ours, const std::filesystem::path& path, const Json& theirs,
                       Problems& problems) {
  for (const char* key : {"schema_version", "sweep_id", "version", "git", "seeds", "replications"}) {
    const Json value = theirs.value(key, Json());
    if (value != ours.at(key))
      problems.add(
          (path / "manifest.json").string(), child_pointer("", key), short_text(value),
          fmt::format("results of another sweep, version or seed: {} here", short_text(ours.at(key))));
  }
}

SweepCounts& SweepCounts::operator+=(const SweepCounts& other) {
  total += other.total;
  done += other.done;
  failed += other.failed;
  return *this;
}

std::size_t planned(const MeasureParameters& measure, const RunsOfPoint& runs) {
  const auto last = static_cast<std::size_t>(measure.max_replications);
  std::size_t n = replications_after(measure, 0);
  std::vector<RunResult> ended;
  while (n < last) {
    while (ended.size() < n) {
      if (ended.size() == runs.size() || !runs[ended.size()]) return n;
      ended.push_back(runs[ended.size()]->result);
    }
    if (precise(summarize(ended), measure)) return n;
    n = replications_after(measure, n);
  }
  return last;
}

SweepCounts count(const MeasureParameters& measure, const RunsOfPoint& runs) {
  SweepCounts counts;
  counts.total = planned(measure, runs);
  for (std::size_t i = 0; i < std::min(counts.total, runs.size()); ++i)
    if (runs[i]) ++(runs[i]->result.status == RunStatus::done ? counts.done : counts.failed);
  return counts;
}

namespace {

// The directory with the manifest in it, ours or one that is equal; nothing is left where it is refused.
OutputDirectory claimed(const std::filesystem::path& path, const Json& manifest, bool join) {
  refuse_results_of_others(path, "points");
  OutputDirectory top(path);
  if (top.create("manifest.json", json_text(sealed(manifest)))) return top;
  if (!join)
    throw InputError({{(path / "manifest.json").string(), "", "",
                       "there are results already; --resume goes on with them"}});
  Problems problems;
  compare_manifests(manifest, path, read_manifest(path), problems);
  problems.throw_if_any();
  return top;
}

}  // namespace

SweepDirectory::SweepDirectory(const std::filesystem::path& path, const Sweep& sweep, Json manifest, bool join)
    : top_(claimed(path, manifest, join)),
      points_(path / "points"),
      runs_(path / "runs"),
      plan_(&sweep),
      manifest_(without_rows(std::move(manifest))) {}

SweepDirectory::SweepDirectory(const std::filesystem::path& path) : SweepDirectory(path, read_manifest(path)) {}

SweepDirectory::SweepDirectory(const std::filesystem::path& path, Json manifest)
    : own_plan_(std::make_unique<Sweep>(plan_of(manifest, path))),
      top_(path),
      points_(path / "points"),
      runs_(path / "runs"),
      plan_(own_plan_.get()),
      manifest_(without_rows(std::move(manifest))) {}

Json SweepDirectory::manifest() const {
  Json whole = manifest_;
  put_rows(whole, plan_->points);
  return whole;
}

SweepDirectory::Place SweepDirectory::place(std::size_t number) const {
  const auto replications = plan_->replications();
  return {number / replications, number % replications};
}

std::string SweepDirectory::run_name(std::size_t number) const {
  const Place of = place(number);
  return fmt::format("{:05}-{:05}.json", of.point, of.replication);
}

std::string point_file(std::size_t point) { return fmt::format("{:05}.json", point); }

Sha256Sum SweepDirectory::write_point(std::size_t point, const Scenario& scenario) const {
  const std::string text = json_text(effective_json(scenario));
  points_.write_soon(point_file(point), text);
  return sha256_sum(text);
}

Json SweepDirectory::read_point(std::size_t point) const {
  const std::filesystem::path file = points_.path() / point_file(point);
  Problems problems;
  std::optional<Json> json = read_json_file(file, problems);
  const auto replications = plan_->replications();
  for (std::size_t i = 0; json && i < replications; ++i) {
    const std::optional<Json> run = read_run(point * replications + i);
    if (!run || !run->contains(kPointSum)) continue;
    if (run->at(kPointSum) != sha256_of_file(file))
      problems.add(file.string(), "", "",
                   "was changed after it was written, or is damaged: its runs simulated another scenario; `ktlssim sweep "
                   "--resume` writes it again");
    break;
  }
  problems.throw_if_any();
  return std::move(*json);
}

void SweepDirectory::write_run(std::size_t number, const Scenario& scenario, const RunResult& result,
                               const Sha256Sum& point_sum) const {
  const Scenario measured = as_measured(scenario, result);
  const Steadiness steadiness = steadiness_of(measured, {&result, 1});
  Json json = json_of(result);
  json.emplace("bounds", bounds_json(measured, summarize({&result, 1})));
  json.emplace("backlog_grows", steadiness.backlog_grows);
  Json unsteady = Json::array();
  for (const UnsteadyReason& reason : steadiness.why) unsteady.push_back({name(reason.kind), reason.what});
  json.emplace("unsteady", std::move(unsteady));
  json.emplace(kPointSum, digits(point_sum));
  write_run(number, std::move(json));
}

void SweepDirectory::write_run(std::size_t number, Json run) const {
  const Place of = place(number);
  run["replication"] = of.replication;
  run["values"] = plan_->points[of.point].values;
  runs_.write_soon(run_name(number), json_text(sealed(run)));
}

bool SweepDirectory::is_of_point(const Json& json, std::size_t point) const {
  return !json.contains("values") || json.at("values") == plan_->points[point].values;  // earlier versions wrote none
}

void SweepDirectory::write_known(std::size_t point, Json known) {
  if (!known_) known_.emplace(path() / "known");
  known["values"] = plan_->points[point].values;
  known_->write_soon(point_file(point), json_text(sealed(known)));
}

std::optional<Json> SweepDirectory::known(std::size_t point) const {
  const std::filesystem::path file = path() / "known" / point_file(point);
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::string why;
  std::optional<Json> json = read_sealed(file, why);
  if (json && !is_of_point(*json, point)) {
    why = file.string() + ": of another point of the sweep";
    json.reset();
  }
  if (!json) damaged_.insert(why);
  return json;
}

std::optional<Json> SweepDirectory::read_run(std::size_t number) const {
  const std::filesystem::path path = runs_.path() / run_name(number);
  std::error_code none;
  const std::uintmax_t bytes = std::filesystem::file_size(path, none);
  if (none || bytes == 0) return std::nullopt;  // empty: the machine stopped before it was on the disk
  std::string why;
  std::optional<Json> json = read_sealed(path, why);
  const Place of = place(number);
  if (json && (!is_of_point(*json, of.point) || json->value("replication", of.replication) != of.replication)) {
    why = path.string() + ": of another point or replication of the sweep";
    json.reset();
  }
  if (!json) damaged_.insert(why);
  return json;
}

std::optional<SweepRun> SweepDirectory::run(std::size_t number) const {
  const std::optional<Json> json = read_run(number);
  if (!json) return std::nullopt;
  try {
    return run_of(*json);
  } catch (const nlohmann::json::exception&) {
    damaged_.insert((runs_.path() / run_name(number)).string() + ": not a result of ktlssim sweep");
    return std::nullopt;
  }
}

RunsOfPoint SweepDirectory::runs(std::size_t point) const {
  RunsOfPoint all(plan_->replications());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = run(point * all.size() + i);
  return all;
}

bool SweepDirectory::any_known(std::size_t points) const {
  if (!std::filesystem::exists(path() / "known")) return false;
  for (std::size_t point = 0; point < points; ++point)
    if (known(point)) return true;
  return false;
}

SweepCounts SweepDirectory::write_tables(bool interrupted, const std::string& command_line, const SweepStage& stage) {
  const Sweep& sweep = *plan_;
  SweepTables tables(path(), sweep, any_known(sweep.points.size()));
  SweepCounts counts;
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    const RunsOfPoint all = runs(point);
    counts += count(sweep.points[point].measure, all);
    tables.add(point, all, known(point));
    if (stage) stage("points read", point + 1, sweep.points.size());
  }
  discard_sums(top_);
  tables.commit();
  manifest_["command_line"] = command_line;
  manifest_["done"] = counts.done;
  manifest_["failed"] = counts.failed;
  manifest_["missing"] = counts.missing();
  manifest_["interrupted"] = interrupted;
  write_sums(top_, kTables);
  top_.write("manifest.json", json_text(sealed(manifest())));
  return counts;
}

}  // namespace ktlssim
