// A timeline as Chrome trace events (JSON object format), for Perfetto and chrome://tracing.
#pragma once

#include <string>

#include "sim/machine/timeline.hpp"

namespace ktlssim {

// An event a line, in order of time; a slice is a begin and an end. Processes are "CPUs", "threads", "devices", "records" and "queues";
// every track is named. Times are simulated microseconds since the start of the run, exact to a nanosecond.
std::string trace_json(const Timeline& timeline, const std::string& scenario);

}  // namespace ktlssim
