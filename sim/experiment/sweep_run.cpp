#include "sim/experiment/sweep_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "sim/experiment/build_info.hpp"
#include "sim/experiment/effective.hpp"
#include "sim/experiment/fork_pool.hpp"
#include "sim/experiment/output_directory.hpp"
#include "sim/experiment/run_result_json.hpp"
#include "sim/experiment/simulate.hpp"
#include "sim/experiment/sweep_tables.hpp"

namespace ktlssim {

namespace {

constexpr int kSchemaVersion = 1;

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string host_name() {
  char name[256] = "";
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

// What the tables need of a result; numbers that are not finite as null.
Json json_of(const RunResult& result) {
  Json metrics = Json::array();
  for (const Metric& metric : result.metrics)
    metrics.push_back({metric.name, metric.unit, std::isfinite(metric.value) ? Json(metric.value) : Json()});
  Json json = Json::object();
  json.emplace("host", host_name());
  json.emplace("status", kRunStatusNames[static_cast<std::size_t>(result.status)]);
  json.emplace("reason", result.diagnosis);
  json.emplace("random", result.random);
  json.emplace("wall_seconds", result.wall_seconds);
  json.emplace("peak_memory_kib", result.peak_memory_kib);
  json.emplace("metrics", std::move(metrics));
  return json;
}

// Throws nlohmann's exceptions if `json` was not made by json_of().
SweepRun run_of(const Json& json) {
  const std::string status = json.at("status").get<std::string>();
  const auto name = std::find(kRunStatusNames.begin(), kRunStatusNames.end(), status);
  SweepRun run{{}, json.at("host").get<std::string>()};
  run.result.status = name == kRunStatusNames.end() ? RunStatus::failed
                                                    : static_cast<RunStatus>(name - kRunStatusNames.begin());
  run.result.diagnosis = json.at("reason").get<std::string>();
  run.result.random = json.at("random").get<bool>();
  run.result.wall_seconds = json.at("wall_seconds").get<double>();
  run.result.peak_memory_kib = json.at("peak_memory_kib").get<std::int64_t>();
  for (const Json& metric : json.at("metrics"))
    run.result.metrics.push_back(
        {metric.at(0).get<std::string>(), metric.at(1).get<std::string>(),
         metric.at(2).is_null() ? std::numeric_limits<double>::quiet_NaN() : metric.at(2).get<double>()});
  return run;
}

class SweepDirectory {
 public:
  SweepDirectory(const Sweep& sweep, const SweepRunOptions& options)
      : sweep_(sweep),
        options_(options),
        top_(options.out),
        points_(options.out / "points"),
        runs_(options.out / "runs") {}

  // Claims an empty directory, or goes on with one of the same sweep and build.
  void open() const {
    const bool claimed = top_.create(
        "manifest.json", json_text(manifest({sweep_.points.size() * sweep_.replications()}, false)));
    if (!claimed) check_manifest();
    for (std::size_t point = 0; point < sweep_.points.size(); ++point)
      points_.write(fmt::format("{:05}.json", point),
                    json_text(effective_json(sweep_.points[point].scenario)));
  }

  std::optional<SweepRun> read(std::size_t number) const {
    const std::filesystem::path path = runs_.path() / run_name(number);
    if (!std::filesystem::exists(path)) return std::nullopt;
    Problems problems;
    const std::optional<Json> json = read_json_file(path, problems);
    problems.throw_if_any();
    try {
      return run_of(*json);
    } catch (const nlohmann::json::exception&) {
      throw InputError({{path.string(), "", "", "not a result of ktlssim sweep; remove it and --resume"}});
    }
  }

  void write(std::size_t number, const RunResult& result) const {
    runs_.write(run_name(number), json_text(json_of(result)));
  }

  void write_tables(const SweepRuns& runs, const SweepCounts& counts, bool interrupted) const {
    top_.write("runs.csv", runs_csv(sweep_, runs));
    top_.write("timing.csv", timing_csv(sweep_, runs));
    top_.write("summary.csv", summary_csv(sweep_, runs));
    top_.write("manifest.json", json_text(manifest(counts, interrupted)));
  }

 private:
  std::string run_name(std::size_t number) const {
    return fmt::format("{:05}-{:05}.json", number / sweep_.replications(), number % sweep_.replications());
  }

  Json manifest(const SweepCounts& counts, bool interrupted) const {
    const BuildInfo& build = build_info();
    Json seeds = Json::array();
    for (const SweepPoint& point : sweep_.points) seeds.push_back(point.scenario.seed);
    Json json = Json::object();
    json.emplace("schema_version", kSchemaVersion);
    json.emplace("sweep", sweep_.settings.name);
    json.emplace("sweep_id", sweep_.id);
    json.emplace("version", build.version);
    json.emplace("git", build.git);
    json.emplace("compiler", build.compiler);
    json.emplace("simgrid", build.simgrid);
    json.emplace("build_type", build.build_type);
    json.emplace("engine", "fiber");
    json.emplace("command_line", options_.command_line);
    json.emplace("parameters", sweep_.parameters);
    json.emplace("points", sweep_.points.size());
    json.emplace("replications", sweep_.replications());
    json.emplace("common_random_numbers", sweep_.settings.common_random_numbers);
    json.emplace("seeds", std::move(seeds));
    json.emplace("done", counts.done);
    json.emplace("failed", counts.failed);
    json.emplace("missing", counts.missing());
    json.emplace("interrupted", interrupted);
    return json;
  }

  void check_manifest() const {
    const std::string path = (options_.out / "manifest.json").string();
    if (!options_.resume)
      throw InputError({{path, "", "", "there are results already; --resume goes on with them"}});
    Problems problems;
    const std::optional<Json> found = read_json_file(path, problems);
    problems.throw_if_any();
    const Json ours = manifest({}, false);
    for (const char* key : {"schema_version", "sweep_id", "version", "git"}) {
      const Json value = found->is_object() ? found->value(key, Json()) : Json();
      if (value != ours.at(key))
        problems.add(path, child_pointer("", key), short_text(value),
                     fmt::format("results of another sweep or version: {} here", short_text(ours.at(key))));
    }
    problems.throw_if_any();
  }

  const Sweep& sweep_;
  const SweepRunOptions& options_;
  OutputDirectory top_;
  OutputDirectory points_;
  OutputDirectory runs_;
};

}  // namespace

SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options) {
  const SweepDirectory directory(sweep, options);
  directory.open();
  SweepRuns runs(sweep.points.size() * sweep.replications());
  SweepOutcome outcome;
  SweepCounts& counts = outcome.counts;
  counts.total = runs.size();
  const auto count = [&counts](const RunResult& result) {
    ++(result.status == RunStatus::done ? counts.done : counts.failed);
  };
  std::vector<std::size_t> wanted;
  for (std::size_t number = 0; number < runs.size(); ++number) {
    runs[number] = directory.read(number);
    if (!runs[number] || runs[number]->result.status != RunStatus::done)
      wanted.push_back(number);
    else
      count(runs[number]->result);
  }

  std::size_t ended = 0;
  PoolOptions pool;
  pool.jobs = options.jobs;
  pool.limit = options.limit;
  pool.ended = [&](std::size_t task, RunResult result) {
    directory.write(wanted[task], result);
    count(result);
    ++ended;
  };
  pool.ticked = [&] {
    if (options.progress) options.progress(counts, ended);
  };
  outcome.interrupted = run_in_children(wanted.size(), pool, [&](std::size_t task) {
    const std::size_t number = wanted[task];
    return simulate(sweep.points[number / sweep.replications()].scenario, EngineKind::fiber,
                    number % sweep.replications());
  });
  pool.ticked();

  // From the files, so that the tables are the same however they came about.
  counts = {runs.size(), 0, 0};
  for (std::size_t number = 0; number < runs.size(); ++number) {
    runs[number] = directory.read(number);
    if (runs[number]) count(runs[number]->result);
  }
  directory.write_tables(runs, counts, outcome.interrupted);
  return outcome;
}

}  // namespace ktlssim
