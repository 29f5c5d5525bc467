#include "sim/experiment/mechanism/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "sim/experiment/parameters/schema_writer.hpp"
#include "sim/experiment/text/shipped.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kLeastBufferBytes = 4096;  // that /workload/send_buffer_bytes allows

using T = TwinSetting;

class Reader {
 public:
  Reader(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

  std::vector<TwinSetting> read(const Json& json) {
    std::vector<TwinSetting> settings;
    if (!json.is_object() || !json.contains("conditions") || !json["conditions"].is_array()) {
      problems_.add(file_, "/conditions", "", "expected an object with an array \"conditions\"");
      return settings;
    }
    for (const auto& [key, value] : json.items())
      if (key != "conditions" && key != "description" && key != "$schema")
        problems_.add(file_, child_pointer("", key), "", "unknown key; allowed: conditions, description");
    std::size_t i = 0;
    for (const Json& condition : json["conditions"]) {
      TwinSetting setting = read_condition(condition, fmt::format("/conditions/{}", i++));
      settings.push_back(setting);
      setting.path = TwinPath::async;
      settings.push_back(setting);
    }
    if (settings.empty()) problems_.add(file_, "/conditions", "[]", "expected at least one condition");
    return settings;
  }

 private:
  TwinSetting read_condition(const Json& json, const std::string& at) {
    TwinSetting setting{};
    if (!json.is_object()) {
      problems_.add(file_, at, short_text(json), "expected an object");
      return setting;
    }
    for (const TwinParameter& p : twin_parameters()) setting.*p.field = p.fallback;
    for (const auto& [key, value] : json.items()) read_value(setting, key, value, child_pointer(at, key));
    if (setting.name.empty()) problems_.add(file_, at + "/name", "", "missing: a condition has a name");
    if (!names_.insert(setting.name).second)
      problems_.add(file_, at + "/name", short_text(Json(setting.name)), "there is one of this name already");
    if (setting.record_bytes * setting.credit_records < kLeastBufferBytes)
      problems_.add(file_, at + "/credit_records", std::to_string(setting.credit_records),
                    fmt::format("expected records of {} bytes in all: no send buffer is smaller", kLeastBufferBytes));
    if (setting.sessions * setting.credit_records > setting.device_ring)
      problems_.add(file_, at + "/device_ring", std::to_string(setting.device_ring),
                    "expected room for sessions x credit_records");
    return setting;
  }

  void read_value(TwinSetting& setting, const std::string& key, const Json& value, const std::string& at) {
    if (key == "name") {
      if (value.is_string())
        setting.name = value.get<std::string>();
      else
        problems_.add(file_, at, short_text(value), "expected a text");
    } else if (key == "kept_aside") {
      if (value.is_boolean())
        setting.kept_aside = value.get<bool>();
      else
        problems_.add(file_, at, short_text(value), "expected true or false");
    } else {
      read_integer(setting, key, value, at);
    }
  }

  void read_integer(TwinSetting& setting, const std::string& key, const Json& value, const std::string& at) {
    const auto& all = twin_parameters();
    const auto found = std::find_if(all.begin(), all.end(), [&key](const auto& p) { return p.name == key; });
    if (found == all.end()) {
      std::vector<std::string> known;
      for (const TwinParameter& p : all) known.emplace_back(p.name);
      problems_.add(file_, at, short_text(value), "no such parameter" + did_you_mean(key, known));
      return;
    }
    const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= found->min &&
                      value.get<std::int64_t>() <= found->max;
    if (fits)
      setting.*found->field = value.get<std::int64_t>();
    else
      problems_.add(file_, at, short_text(value),
                    fmt::format("expected an integer from {} to {}", found->min, found->max));
  }

  std::string file_;
  Problems& problems_;
  std::set<std::string> names_;
};

}  // namespace

const std::vector<TwinParameter>& twin_parameters() {
  constexpr std::int64_t kStepNs = 1'000'000;
  static const std::vector<TwinParameter> kAll{
      {"workers", &T::workers, 1, 1, 64, "KTLS worker threads"},
      {"sessions", &T::sessions, 8, 1, 256, "connections, each with an application thread"},
      {"credit_records", &T::credit_records, 4, 1, 64, "records that a send buffer holds"},
      {"record_bytes", &T::record_bytes, 16384, 1024, 16384, "payload of a record, one write each"},
      {"app_ns", &T::app_ns, 2000, 0, kStepNs, "work of the application per record"},
      {"encrypt_ns", &T::encrypt_ns, 2000, 0, kStepNs, "work of the worker per record"},
      {"process_ns", &T::process_ns, 500, 0, kStepNs, "work of the driver that submits, under its lock"},
      {"response_ns", &T::response_ns, 500, 0, kStepNs, "work of the completion thread per record"},
      {"callback_ns", &T::callback_ns, 0, 0, kStepNs, "and in the asynchronous callback"},
      {"ready_ns", &T::ready_ns, 1000, 0, kStepNs, "work of a call that hands released records to the wire"},
      {"ack_ns", &T::ack_ns, 500, 0, kStepNs, "work of the network's thread per acknowledgement"},
      {"rtt_ns", &T::rtt_ns, 20'000, 0, kStepNs, "from the wire until the acknowledgement is there"},
      {"ack_holdoff_ns", &T::ack_holdoff_ns, 300'000, 0, kStepNs, "interrupt hold-off of the network"},
      {"device_request_ns", &T::device_request_ns, 10'000, 0, kStepNs, "engine time of a request"},
      {"device_ps_per_byte", &T::device_ps_per_byte, 0, 0, 100'000, "and of each of its bytes, picoseconds"},
      {"device_submit_ns", &T::device_submit_ns, 3000, 0, kStepNs, "latency from doorbell to engine"},
      {"device_complete_ns", &T::device_complete_ns, 3000, 0, kStepNs, "and from engine to completion entry"},
      {"device_engines", &T::device_engines, 1, 1, 64, "requests in service at once"},
      {"device_ring", &T::device_ring, 1024, 1, 65536, "requests that the submission ring holds"},
      {"device_coalescing_ns", &T::device_coalescing_ns, 0, 0, kStepNs, "interrupt coalescing timer"},
      {"device_openssl", &T::device_openssl, 0, 0, 1,
       "1: the device encrypts with OpenSSL, AES-128-GCM, and takes as long as that takes"}};
  return kAll;
}

Json twin_schema() {
  Json condition = closed_object();
  condition["properties"] = {
      {"name", {{"type", "string"}, {"minLength", 1}, {"description", "what to call it"}}},
      {"kept_aside",
       {{"type", "boolean"}, {"default", false}, {"description", "not looked at while the model was made"}}}};
  condition["required"] = {"name"};
  for (const TwinParameter& p : twin_parameters())
    condition["properties"][std::string(p.name)] = {{"description", p.meaning},
                                                    {"type", "integer"},
                                                    {"default", p.fallback},
                                                    {"minimum", p.min},
                                                    {"maximum", p.max}};
  Json schema = closed_object();
  schema["properties"] = {
      {"description", {{"type", "string"}, {"description", "what they are for"}}},
      {"conditions",
       {{"description", "each is run on both paths"}, {"type", "array"}, {"minItems", 1}, {"items", condition}}}};
  schema["required"] = {"conditions"};
  return file_schema("twin", std::move(schema));
}

std::vector<TwinSetting> read_twin_settings(const Json& json, const std::string& file) {
  Problems problems;
  std::vector<TwinSetting> settings = Reader(file, problems).read(json);
  problems.throw_if_any();
  return settings;
}

std::vector<TwinSetting> load_twin_settings(const std::filesystem::path& path) {
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  return read_twin_settings(*json, path.string());
}

std::filesystem::path default_twin_settings() {
  return shipped_directory("scenarios") / "twin" / "conditions.json";
}

}  // namespace ktlssim
