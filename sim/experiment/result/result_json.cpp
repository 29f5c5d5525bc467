#include "sim/experiment/result/result_json.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <limits>

#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/result/bound_check.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {

namespace {

Json metric_json(const Estimate& metric) {
  Json json = Json::object();
  json.emplace("mean", number_json(metric.mean));
  switch (metric.spread) {
    case Spread::interval:
      json.emplace("ci95", Json::array({number_json(metric.lo), number_json(metric.hi)}));
      break;
    case Spread::single:
      json.emplace("ci95", nullptr);
      break;
    case Spread::growing:
      json.emplace("ci95", nullptr);
      json.emplace("growing", true);
      break;
    case Spread::deterministic:
      json.emplace("deterministic", true);
      break;
  }
  json.emplace("n", metric.n);
  json.emplace("unit", metric.unit);
  return json;
}

void add_to(Json& object, const std::string& key, double value) {
  const auto found = object.find(key);
  if (found == object.end())
    object.emplace(key, value);
  else
    *found = found->get<double>() + value;
}

Json cpu_json(const Scenario& scenario, const Summary& summary) {
  Json by_class = Json::object();
  Json threads = Json::array();
  std::map<std::string, std::size_t> places;
  for (const CpuShare& share : summary.cpu) {
    add_to(by_class, share.thread_class, percent_of(share.busy_ns, scenario.cpus(), scenario));
    const auto [place, is_new] = places.emplace(share.thread, threads.size());
    if (is_new) {
      Json thread = Json::object();
      thread.emplace("thread", share.thread);
      thread.emplace("class", share.thread_class);
      thread.emplace("busy_percent", 0.0);
      thread.emplace("functions", Json::object());
      threads.push_back(std::move(thread));
    }
    Json& thread = threads.at(place->second);
    add_to(thread, "busy_percent", percent_of(share.busy_ns, 1, scenario));
    add_to(thread.at("functions"), share.function, us_per_record(share.busy_ns, scenario, summary));
  }
  Json json = Json::object();
  json.emplace("by_class", std::move(by_class));
  json.emplace("threads", std::move(threads));
  return json;
}

Json resource_json(const Resource& resource) {
  Json json = Json::object();
  json.emplace("name", resource.name);
  json.emplace("kind", resource.kind);
  json.emplace("servers", number_json(resource.servers));
  json.emplace("demand_us_per_record", number_json(resource.demand_us));
  json.emplace("utilization", number_json(resource.utilization));
  return json;
}

Json bottleneck_json(const Summary& summary) {
  const Resource* resource = summary.bottleneck();
  if (!resource) return nullptr;
  Json json = Json::object();
  json.emplace("name", resource->name);
  json.emplace("utilization", number_json(resource->utilization));
  json.emplace("saturated", resource->utilization >= kSaturated);
  json.emplace("what_it_means", resource->what_it_means);
  return json;
}

Json failures_json(const Experiment& experiment) {
  Json failures = Json::array();
  for (const Replication& run : experiment.runs) {
    if (run.result.status == RunStatus::done) continue;
    Json json = Json::object();
    json.emplace("replication", run.number);
    json.emplace("status", name(run.result.status));
    json.emplace("diagnosis", run.result.diagnosis);
    failures.push_back(std::move(json));
  }
  return failures;
}

}  // namespace

Json bounds_json(const Scenario& scenario, const Summary& summary) {
  const std::optional<BoundCheck> check = check_against_bound(scenario, summary);
  if (!check) return nullptr;
  Json json{{"throughput_gbps", number_json(check->bound_gbps)},
            {"limited_by", check->limited_by},
            {"edges_gbps", number_json(check->edges_gbps + check->chance_gbps)},
            {"reach", name(check->reach)}};
  if (check->exact_gbps) {
    json.emplace("exact_gbps", number_json(*check->exact_gbps));
    json.emplace("exact_inside", check->exact_inside);
  }
  return json;
}

std::string machine_name() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) return "unknown";
  return name;
}

double us_per_record(double busy_ns, const Scenario& scenario, const Summary& summary) {
  const Estimate* rate = summary.metric("records_per_second");
  const double records = rate ? rate->mean * scenario.measure.duration_ms / 1e3 : 0;
  return records > 0 ? busy_ns / 1e3 / records : std::numeric_limits<double>::quiet_NaN();
}

double percent_of(double busy_ns, std::int64_t cpus, const Scenario& scenario) {
  return 100 * busy_ns / (scenario.measure.duration_ms * 1e6 * static_cast<double>(cpus));
}

Json steady_json(const Steadiness& steadiness) {
  Json why = Json::array();
  for (const UnsteadyReason& reason : steadiness.why)
    why.push_back(Json{{"kind", name(reason.kind)}, {"what", reason.what}});
  return {{"steady", steadiness.steady()}, {"why", std::move(why)}};
}

Json window_json(const Scenario& scenario, const Experiment& experiment) {
  Json json{{"warmup_ms", number_json(experiment.window ? experiment.window->warmup_ms : scenario.measure.warmup_ms)},
            {"duration_ms", number_json(scenario.measure.duration_ms)},
            {"found", experiment.window.has_value()}};
  if (!experiment.window) return json;
  json.emplace("believed", experiment.window->believed);
  if (!experiment.window->believed) json.emplace("why", experiment.window->why);
  return json;
}

Json provenance_json(const Scenario& scenario, const Experiment& experiment, const RunRecord& record) {
  const BuildInfo& build = build_info();
  Json runs = Json::array();
  for (const Replication& run : experiment.runs) {
    Json json = Json::object();
    json.emplace("replication", run.number);
    json.emplace("fingerprint", fmt::format("{:016x}", run.result.fingerprint));
    json.emplace("events", run.result.events);
    json.emplace("switches", run.result.switches);
    json.emplace("records_simulated", run.result.records_simulated);
    json.emplace("peak_memory_kib", run.result.peak_memory_kib);
    json.emplace("wall_seconds", run.result.wall_seconds);
    runs.push_back(std::move(json));
  }
  Json json = Json::object();
  json.emplace("version", build.version);
  json.emplace("git", build.git);
  json.emplace("compiler", build.compiler);
  json.emplace("simgrid", build.simgrid);
  json.emplace("build_type", build.build_type);
  json.emplace("engine", name(record.engines));
  json.emplace("seed", scenario.seed);
  json.emplace("replications", record.replications);
  json.emplace("interrupted", experiment.interrupted);
  json.emplace("command_line", record.command_line);
  json.emplace("host", machine_name());
  json.emplace("started", record.started);
  json.emplace("wall_seconds", record.wall_seconds);
  json.emplace("runs", std::move(runs));
  return json;
}

Json result_json(const Scenario& scenario, const Experiment& experiment, const RunRecord& record) {
  const Summary& summary = experiment.summary;
  Json metrics = Json::object();
  // Names are unique, and a group of sessions has one each: emplace() would look through all of them for each.
  for (const Estimate& metric : summary.metrics)
    metrics.get_ref<Json::object_t&>().emplace_back(metric.name, metric_json(metric));
  Json counters = Json::object();
  for (const auto& [name, value] : summary.counters) counters.emplace(name, number_json(value));
  Json resources = Json::array();
  for (const Resource& resource : summary.resources) resources.push_back(resource_json(resource));

  Json cpus = Json::array();
  for (const double busy_ns : summary.cpu_busy_ns)
    cpus.push_back({{"cpu", cpus.size()}, {"busy_percent", number_json(percent_of(busy_ns, 1, scenario))}});

  Json json = Json::object();
  json.emplace("scenario", scenario.name);
  json.emplace("steady", summary.done > 0 ? steady_json(experiment.steadiness) : Json());
  json.emplace("window", window_json(scenario, experiment));
  json.emplace("effective", effective_json(scenario));
  json.emplace("metrics", std::move(metrics));
  if (experiment.precise)
    json.emplace("precision", Json{{"relative", scenario.measure.relative_precision},
                                   {"metrics", precision_metrics(scenario.measure)},
                                   {"reached", *experiment.precise}});
  json.emplace("counters", std::move(counters));
  json.emplace("cpu", cpu_json(scenario, summary));
  json.emplace("cpus", std::move(cpus));
  json.emplace("resources", std::move(resources));
  json.emplace("bottleneck", bottleneck_json(summary));
  json.emplace("findings", summary.findings);
  json.emplace("bounds", bounds_json(scenario, summary));
  json.emplace("failures", failures_json(experiment));
  json.emplace("provenance", provenance_json(scenario, experiment, record));
  return json;
}

}  // namespace ktlssim
