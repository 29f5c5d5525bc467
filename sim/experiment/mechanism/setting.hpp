// What one run of the twin is asked to do: a condition of the settings file, on one of the two paths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

enum class TwinPath { blocking, async };
constexpr std::string_view name(TwinPath path) { return path == TwinPath::blocking ? "blocking" : "async"; }

struct TwinSetting {
  std::string name;
  bool kept_aside = false;
  TwinPath path = TwinPath::blocking;
  std::int64_t workers, sessions, credit_records, record_bytes;
  std::int64_t app_ns, encrypt_ns, process_ns, response_ns, callback_ns, ready_ns, ack_ns;
  std::int64_t rtt_ns, ack_holdoff_ns;
  std::int64_t device_request_ns, device_ps_per_byte, device_submit_ns, device_complete_ns, device_engines,
      device_ring, device_coalescing_ns, device_openssl;

  std::string label() const { return name + ' ' + std::string(ktlssim::name(path)); }
  double service_ns() const {
    return static_cast<double>(device_request_ns) +
           static_cast<double>(device_ps_per_byte * record_bytes) / 1e3;
  }
};

// One integer of a setting. The table of them reads the file and describes it.
struct TwinParameter {
  std::string_view name;
  std::int64_t TwinSetting::*field;
  std::int64_t fallback, min, max;
  std::string_view meaning;
};
const std::vector<TwinParameter>& twin_parameters();

// {"description", "conditions": [{"name", "kept_aside", PARAMETER: integer ...}]}: every condition on both
// paths, blocking first. Throws InputError with every problem found.
std::vector<TwinSetting> read_twin_settings(const Json& json, const std::string& file);
std::vector<TwinSetting> load_twin_settings(const std::filesystem::path& path);
Json twin_schema();
// scenarios/twin/conditions.json, from where the profiles are.
std::filesystem::path default_twin_settings();

}  // namespace ktlssim
