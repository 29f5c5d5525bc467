// --ensemble: the answer on machines drawn from what is not known, for the verbs that give one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/options.hpp"
#include "sim/cli/progress.hpp"
#include "sim/experiment/ensemble/known.hpp"

namespace ktlssim {

// --ensemble N, off or FILE. Unless it is given, $KTLSSIM_ENSEMBLE says so, or there are a hundred machines.
void add_ensemble(Options& options);
// The same, off unless it is given, for verbs of many points. `cost`: what it costs there, and gives, for the help.
void add_ensemble_on_demand(Options& options, std::string_view cost);

struct KnownAnswer {
  Machines machines;
  MachineRuns runs;
};

// The same at several points, all on the same machines.
struct KnownPoints {
  Machines machines;
  std::vector<MachineRuns> runs;  // by point
};

inline constexpr std::string_view kInterrupted = "interrupted";

// Unless the option is given: as the variable says; a hundred machines, for a verb that has no answer without; or none.
enum class UnlessGiven { variable, needed, off };

// Whether any is asked for. Throws UsageError, or InputError for a file that is none.
class EnsembleOption {
 public:
  explicit EnsembleOption(const Values& values, UnlessGiven unless_given = UnlessGiven::variable);
  bool wanted() const { return wanted_; }

  // The machines alone.
  Machines machines(const Scenario& scenario) const { return choose_machines(*evidence_, {&scenario}, machines_); }
  const Evidence& evidence() const { return *evidence_; }

  // On the machines of the ensemble; `events`: what each scenario takes on the machine of the profiles. Nothing where no
  // value has a range, or if interrupted: then `why` says so.
  std::optional<KnownAnswer> answer(const std::vector<const Scenario*>& scenarios,
                                    const std::vector<std::uint64_t>& events, const Pool& pool, std::string& why) const;

  // Of points that each have scenarios and their events, as many as all others have.
  struct Point {
    std::vector<const Scenario*> scenarios;
    std::vector<std::uint64_t> events;
  };
  std::optional<KnownPoints> answer(const std::vector<Point>& points, const Pool& pool, std::string& why) const;

 private:
  bool wanted_ = true;
  std::size_t machines_;
  std::optional<Evidence> evidence_;
};

// Ends the line of progress, and says why an answer is not there; "" where it is, or was not asked for. False if interrupted.
bool told_of_known(Progress& progress, const std::string& why);

// What a run took: events of its first replication that is done. 0: none is.
struct Experiment;
std::uint64_t events_of(const Experiment& experiment);

}  // namespace ktlssim
