// A timeline as Chrome trace events (JSON object format), for Perfetto, speedscope and chrome://tracing, written while it
// is told.
#pragma once

#include <string>

#include "sim/experiment/text/file_in_parts.hpp"
#include "sim/machine/timeline.hpp"

namespace ktlssim {

// CPUs, threads, devices, records, queues and interrupts are its "processes": slices on the tracks of the first three and
// of the last, async slices with arrows between the CPUs for records, counters for queues. Times in microseconds with the
// digits of nanoseconds, in order.
class TraceJson final : public TimelineSink {
 public:
  TraceJson(FileInParts& file, const std::string& scenario, const TimelineWindow& window);
  void write(const TimelineEvent& event, const std::string& name) override;
  // After the last event.
  void finish();

 private:
  void add(std::string_view event);

  FileInParts& file_;
  bool first_ = true;
};

}  // namespace ktlssim
