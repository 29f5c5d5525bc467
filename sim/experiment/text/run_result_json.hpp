// A RunResult as JSON, for the way from a child process to its parent, and for files that hold all of it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sim/experiment/text/json_file.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {


// Exact both ways, numbers that are not finite included.
std::string encode(const RunResult& result);

// Throws nlohmann's exceptions if `text` was not made by encode().
RunResult decode_run_result(const std::string& text);

// The same as JSON that text can hold: numbers that are not finite are null, and are read back as NaN.
Json saved_json(const RunResult& result);
RunResult run_result_of(const Json& json);

// {cpu: [[class, function, busy_ns]...], resources: [[name, kind, servers, demand_us_per_record, utilization,
// what_it_means]...]}: what a report needs besides metrics.
Json usage_json(const RunResult& result);

}  // namespace ktlssim
