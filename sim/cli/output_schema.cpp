#include "sim/cli/output_schema.hpp"

#include <array>
#include <span>
#include <string_view>

namespace ktlssim {

namespace {

struct Key {
  std::string_view name;
  std::string_view type;       // of JSON; "X or null"
  std::string_view meaning;
  bool always = true;
};

struct OutputOfVerb {
  std::string_view verb;
  std::span<const Key> keys;
};

constexpr Key kRun[]{
    {"scenario", "string", "its name"},
    {"steady", "object or null", "whether the means may be believed, and why not"},
    {"effective", "object", "the scenario with nothing left out: ktlssim run takes it"},
    {"metrics", "object", "NAME: mean, ci95 or deterministic, n, unit"},
    {"precision", "object", "where relative_precision decided on the replications", false},
    {"counters", "object", "NAME: increase within the measured time"},
    {"cpu", "object", "CPU time by class and by thread and function"},
    {"cpus", "array", "busy_percent of each CPU"},
    {"resources", "array", "what can run out"},
    {"bottleneck", "object or null", "the one with the highest utilization"},
    {"findings", "array", "what the verdict must not pass over"},
    {"bounds", "object or null", "what the profiles allow"},
    {"failures", "array", "replications that are not done"},
    {"provenance", "object", "version, engine, seed, time: all that may differ between two runs of the same"}};
constexpr Key kCompare[]{{"a", "string", "the first"},
                         {"b", "string", "the second"},
                         {"steady", "object", "of a and b; of sweeps it is each point's", false},
                         {"metrics", "object", "NAME: unit, a, b, difference; of sweeps they are each point's", false},
                         {"points", "array", "of sweeps: settings, steady, metrics", false}};
constexpr Key kCounts[]{{"directory", "string", "of the sweep"},
                        {"total", "integer", "runs that are planned"},
                        {"done", "integer", "of them"},
                        {"failed", "integer", "of them"},
                        {"missing", "integer", "of them"}};
constexpr Key kStatus[]{{"sweep", "string", "its name"},
                        {"total", "integer", "runs that are planned"},
                        {"done", "integer", "of them"},
                        {"failed", "integer", "of them"},
                        {"missing", "integer", "of them"},
                        {"points_missing", "array", "points with a run that is missing"},
                        {"failures", "array", "point, replication, status, reason"}};
constexpr Key kExpand[]{{"sweep", "string", "its name"},
                        {"parameters", "array", "pointers of what varies"},
                        {"points", "array", "point, seed, values by pointer"}};
constexpr Key kBounds[]{{"scenario", "string", "its name"},
                        {"bottleneck", "string", "the station that sets the limit"},
                        {"throughput_gbps", "number", "that no run can exceed"},
                        {"stations", "array", "with their demands a record", false},
                        {"circulations", "array", "what is limited in number, and its knee", false},
                        {"product_form", "object", "mean values where they are exact", false},
                        {"kinds", "array", "of sessions, where there are several", false}};
constexpr Key kValidate[]{{"rows", "array", "what was published"}, {"claims", "array", "predicted and published", false}};
constexpr Key kSensitivity[]{{"scenario", "string", "its file"},
                             {"parameters", "array", "what each does to the metric, the strongest first"},
                             {"without_effect", "integer", "how many have none"},
                             {"not_varied", "array", "pointers, and why"}};
constexpr Key kSize[]{{"met", "boolean", "whether any setting meets the conditions"},
                      {"answer", "object or null", "the one that costs least"},
                      {"lines", "array", "of each fixed choice what was found"},
                      {"points", "integer", "settings that were looked at"},
                      {"runs", "integer", "that were simulated"},
                      {"known", "object", "with --ensemble: parts of the machines that meet it, settings that 50 and 90 % meet", false}};
constexpr Key kBreakEven[]{{"of", "string", "what is compared"},
                           {"over", "string", "the parameter that varies"},
                           {"crossings", "array", "below, above, interval"},
                           {"points", "array", "value, a, b, difference"},
                           {"runs", "integer", "that were simulated"},
                           {"known", "object", "with --ensemble: of each crossing where it is, null: not within what was varied", false}};
constexpr Key kKnee[]{{"of", "string", "what is looked at"},
                      {"over", "string", "the parameter that varies"},
                      {"up_to", "number", "the last value: of more nothing is known"},
                      {"interval", "array", "of the knee"},
                      {"points", "array", "value, and what it gives"},
                      {"runs", "integer", "that were simulated"},
                      {"known", "object", "with --ensemble: where the knee is", false}};
constexpr Key kFrontier[]{{"points", "array", "settings, front, proven, goals, limit, steady, and why not; with --ensemble on_front"},
                          {"left_out", "array", "settings, and why; with --ensemble on_front"},
                          {"runs", "integer", "that were simulated"},
                          {"known", "object", "with --ensemble: of how many machines on_front is the part", false}};
constexpr Key kHunt[]{{"finds", "array", "breakage, changes, what"},
                      {"runs", "integer", "that were simulated"},
                      {"refused", "integer", "settings that are no scenario"},
                      {"states", "integer", "that were reached"},
                      {"kept", "integer", "candidates that reached a new one"}};
constexpr Key kGate[]{{"scenarios", "array", "name, passes, paired, metrics"}};
constexpr Key kFit[]{{"claims", "array", "published and predicted, or left out"},
                     {"parameters", "array", "value, interval, value in the profile", false},
                     {"objective", "number", "sum of squared errors in tolerances", false},
                     {"evaluations", "integer", "of the model", false}};
constexpr Key kCalibrate[]{{"machine", "object", "this one"},
                           {"algorithms", "object", "NAME: request_ns, byte_ns, timings"},
                           {"threads", "array", "what several do together, measured and predicted"},
                           {"thread_costs", "object", "of switches, wakeups, interrupts and copies"}};
constexpr Key kCheck[]{{"files", "array", "file, kind, sound, problems: file, pointer, value, message"}};
constexpr Key kProfiles[]{{"hosts", "array", "name, file, description, hidden", false},
                          {"drivers", "array", "likewise", false},
                          {"kernels", "array", "likewise", false},
                          {"host", "object", "the one that was asked for, complete", false},
                          {"driver", "object", "likewise", false},
                          {"kernel", "object", "likewise", false}};
constexpr Key kParameters[]{{"parameters", "array", "pointer, type, default, allowed, meaning"}};

constexpr OutputOfVerb kOutputs[]{
    {"run", kRun},           {"compare", kCompare},     {"sweep", kCounts},       {"expand", kExpand},
    {"status", kStatus},     {"merge", kCounts},        {"bounds", kBounds},      {"validate", kValidate},
    {"fit", kFit},           {"calibrate", kCalibrate}, {"check", kCheck},        {"sensitivity", kSensitivity},
    {"size", kSize},         {"break-even", kBreakEven}, {"knee", kKnee},         {"frontier", kFrontier},
    {"hunt", kHunt},         {"gate", kGate},           {"ensemble", {}},
    {"twin", {}},            {"profiles", kProfiles},   {"parameters", kParameters},
};

Json type_of(std::string_view text) {
  constexpr std::string_view kOrNull = " or null";
  if (!text.ends_with(kOrNull)) return text;
  text.remove_suffix(kOrNull.size());
  return Json::array({text, "null"});
}

Json object_of(const OutputOfVerb& output) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Key& key : output.keys) {
    properties.emplace(std::string(key.name), Json{{"type", type_of(key.type)}, {"description", key.meaning}});
    if (key.always) required.push_back(key.name);
  }
  return {{"required", std::move(required)}, {"properties", std::move(properties)}};
}

}  // namespace

Json output_schema() {
  Json verbs = Json::array();
  Json each = Json::array();
  for (const OutputOfVerb& output : kOutputs) {
    verbs.push_back(output.verb);
    each.push_back({{"if", {{"properties", {{"verb", {{"const", output.verb}}}}}}}, {"then", object_of(output)}});
  }
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "ktlssim output"},
          {"type", "object"},
          {"required", Json::array({"verb"})},
          {"properties", {{"verb", {{"enum", std::move(verbs)}}}}},
          {"allOf", std::move(each)}};
}

}  // namespace ktlssim
