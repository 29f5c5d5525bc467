// What is written of a run besides its results: replication 0 once more, with somebody who listens. The trajectory is the
// same on every engine, and whether somebody listens or not.
#pragma once

#include <optional>

#include "sim/cli/output_file.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/machine/call_profile.hpp"
#include "sim/machine/moment.hpp"
#include "sim/machine/timeline.hpp"

namespace ktlssim {

// --trace and what belongs to it, --folded.
void add_listening(Options& options);

// What `run` was asked for, found unusable before anything is simulated.
class Listening {
 public:
  explicit Listening(const Values& values);
  // When, with the window of `scenario` found. UsageError for what lies after its end.
  void in_window_of(const Scenario& scenario, const Values& values);
  // After the run: its files.
  void write(const Scenario& scenario, const Experiment& experiment) const;

 private:
  TimelineWindow window_around_moment(const Scenario& scenario) const;

  std::optional<OutputFile> folded_;
  std::optional<OutputFile> trace_;
  TimelineWindow window_;
  Time length_{0};
  std::optional<MomentKind> around_;
  RecordName record_;
};

// A timeline of replication 0 of `scenario` in the file `trace`, and what its CPUs did in `profile`, where these are not
// null.
RunResult listen(const Scenario& scenario, const TimelineWindow& window, const std::filesystem::path* trace,
                 CallProfile* profile);

// Of the first two sides of a comparison, for its report: DIR/a/trace.json, DIR/b/trace.json from time 0 on, where both
// have the same records, and DIR/difference.folded.
void write_of_comparison(const OutputDirectory& out, const Scenario& a, const Scenario& b);

}  // namespace ktlssim
