// --ensemble: the answer on machines drawn from what is not known, for the verbs that give one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/options.hpp"
#include "sim/experiment/ensemble/known.hpp"

namespace ktlssim {

// --ensemble N, off or FILE. Unless it is given, $KTLSSIM_ENSEMBLE says so, or there are a hundred machines.
void add_ensemble(Options& options);

struct KnownAnswer {
  Machines machines;
  MachineRuns runs;
};

inline constexpr std::string_view kInterrupted = "interrupted";

// Whether any is asked for. Throws UsageError, or InputError for a file that is none.
class EnsembleOption {
 public:
  // `needed`: by a verb that has no answer without, whatever the variable says.
  explicit EnsembleOption(const Values& values, bool needed = false);
  bool wanted() const { return wanted_; }

  // The machines alone.
  Machines machines(const Scenario& scenario) const { return choose_machines(*evidence_, {&scenario}, machines_); }
  const Evidence& evidence() const { return *evidence_; }

  // On the machines of the ensemble; `events`: what each scenario takes on the machine of the profiles. Nothing where no
  // value has a range, or if interrupted: then `why` says so.
  std::optional<KnownAnswer> answer(const std::vector<const Scenario*>& scenarios,
                                    const std::vector<std::uint64_t>& events, const Pool& pool, std::string& why) const;

 private:
  bool wanted_ = true;
  std::size_t machines_;
  std::optional<Evidence> evidence_;
};

// What a run took: events of its first replication that is done. 0: none is.
struct Experiment;
std::uint64_t events_of(const Experiment& experiment);

}  // namespace ktlssim
