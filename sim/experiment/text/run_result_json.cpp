#include "sim/experiment/text/run_result_json.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

namespace ktlssim {

namespace {

Json series_json(const RunResult& result) {
  Json series = Json::array();
  for (const SeriesStep& s : result.series)
    series.push_back(
        Json::array({s.end_us, s.throughput_gbps, s.cpu_percent, s.in_flight_mean, s.device_utilization,
                     s.outstanding}));
  return series;
}

Json resources_json(const RunResult& result) {
  Json resources = Json::array();
  for (const Resource& r : result.resources)
    resources.push_back(
        Json::array({r.name, r.kind, r.servers, r.demand_us, r.utilization, r.what_it_means}));
  return resources;
}

}  // namespace

namespace {

Json whole_json(const RunResult& result) {
  Json metrics = Json::array();
  for (const Metric& m : result.metrics) metrics.push_back(Json::array({m.name, m.unit, m.value}));
  Json counters = Json::array();
  for (const auto& [name, value] : result.counters) counters.push_back(Json::array({name, value}));
  Json cpu = Json::array();
  for (const CpuRow& row : result.cpu)
    cpu.push_back(Json::array({row.thread, row.thread_class, row.function, row.busy_ns}));

  Json json = Json::object();
  json.emplace("status", static_cast<int>(result.status));
  json.emplace("diagnosis", result.diagnosis);
  json.emplace("random", result.random);
  json.emplace("metrics", std::move(metrics));
  json.emplace("latency", result.latency);
  json.emplace("counters", std::move(counters));
  json.emplace("cpu", std::move(cpu));
  json.emplace("cpu_busy_ns", result.cpu_busy_ns);
  json.emplace("resources", resources_json(result));
  json.emplace("findings", result.findings);
  json.emplace("starving", result.starving);
  json.emplace("series", series_json(result));
  json.emplace("fingerprint", result.fingerprint);
  json.emplace("events", result.events);
  json.emplace("switches", result.switches);
  json.emplace("records_simulated", result.records_simulated);
  json.emplace("peak_memory_kib", result.peak_memory_kib);
  json.emplace("wall_seconds", result.wall_seconds);
  return json;
}

// What text does not have.
void put_nulls(Json& json) {
  if (json.is_number_float() && !std::isfinite(json.get<double>())) json = nullptr;
  if (json.is_structured())
    for (Json& member : json) put_nulls(member);
}

double number(const Json& json) { return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>(); }

}  // namespace

// CBOR is JSON's data model in bytes, and unlike JSON text it has NaN and text that is not UTF-8.
std::string encode(const RunResult& result) {
  std::string bytes;
  Json::to_cbor(whole_json(result), bytes);
  return bytes;
}

RunResult decode_run_result(const std::string& text) { return run_result_of(Json::from_cbor(text)); }

Json saved_json(const RunResult& result) {
  Json json = whole_json(result);
  put_nulls(json);
  return json;
}

RunResult run_result_of(const Json& json) {
  RunResult result;
  const auto status = json.at("status").get<std::size_t>();
  kRunStatusNames.at(status);  // throws
  result.status = static_cast<RunStatus>(status);
  json.at("diagnosis").get_to(result.diagnosis);
  json.at("random").get_to(result.random);
  for (const Json& m : json.at("metrics"))
    result.metrics.push_back({m.at(0).get<std::string>(), m.at(1).get<std::string>(), number(m.at(2))});
  json.at("latency").get_to(result.latency);
  for (const Json& c : json.at("counters"))
    result.counters.emplace_back(c.at(0).get<std::string>(), c.at(1).get<std::int64_t>());
  for (const Json& row : json.at("cpu"))
    result.cpu.push_back({row.at(0).get<std::string>(), row.at(1).get<std::string>(),
                          row.at(2).get<std::string>(), row.at(3).get<std::int64_t>()});
  json.at("cpu_busy_ns").get_to(result.cpu_busy_ns);
  json.at("findings").get_to(result.findings);
  json.at("starving").get_to(result.starving);
  for (const Json& r : json.at("resources"))
    result.resources.push_back({r.at(0).get<std::string>(), r.at(1).get<std::string>(), number(r.at(2)),
                                number(r.at(3)), number(r.at(4)), r.at(5).get<std::string>()});
  for (const Json& s : json.at("series"))
    result.series.push_back({number(s.at(0)), number(s.at(1)), number(s.at(2)),
                             number(s.at(3)), number(s.at(4)), number(s.at(5))});
  json.at("fingerprint").get_to(result.fingerprint);
  json.at("events").get_to(result.events);
  json.at("switches").get_to(result.switches);
  json.at("records_simulated").get_to(result.records_simulated);
  json.at("peak_memory_kib").get_to(result.peak_memory_kib);
  json.at("wall_seconds").get_to(result.wall_seconds);
  return result;
}

Json usage_json(const RunResult& result) {
  std::map<std::pair<std::string, std::string>, std::int64_t> busy_ns;
  for (const CpuRow& row : result.cpu) busy_ns[{row.thread_class, row.function}] += row.busy_ns;
  Json cpu = Json::array();
  for (const auto& [key, ns] : busy_ns) cpu.push_back(Json::array({key.first, key.second, ns}));
  return {{"cpu", std::move(cpu)}, {"cpus", result.cpu_busy_ns}, {"resources", resources_json(result)}};
}

}  // namespace ktlssim
