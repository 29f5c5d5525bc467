// The table of the twin: every setting measured several times, between measurements of the costs, and
// predicted from those costs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/calibrate/calibrate.hpp"
#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/twin/machine.hpp"
#include "sim/experiment/twin/prediction.hpp"
#include "sim/experiment/mechanism/setting.hpp"

namespace ktlssim {

struct TwinPlan {
  TwinOptions options;
  int repeats = 3;        // of every setting, in turn with all others
  int runs_per_cost = 8;  // runs between two samples of the costs
  std::size_t draws = 16;  // moments of the costs for which every setting is predicted
};

struct TwinRow {
  TwinSetting setting;
  std::vector<TwinRun> runs = {};
  TwinPrediction predicted = {};
  // Medians of the runs, and between what the middle four fifths of them lie. Of undisturbed slices, and of all
  // of the time where a run has too few.
  TwinInterval records_per_second = {};
  TwinInterval cpu_us_per_record = {};
  TwinInterval switches_per_record = {};
  TwinInterval plain_records_per_second = {};  // over all of the time
  TwinInterval plain_cpu_us_per_record = {};

  int slices() const;
  int slices_undisturbed() const;
  int runs_with_too_few() const;  // slices
};

// predicted / measured - 1.
double error_of(const TwinInterval& predicted, const TwinInterval& measured);
bool meet(const TwinInterval& a, const TwinInterval& b);

// Asynchronous over blocking, less one, of one condition: runs one after the other, draws of the same costs.
struct TwinGain {
  std::string name;
  bool kept_aside;
  TwinInterval measured;
  TwinInterval predicted;

  // Whether both say that there is a gain, or both that there is a loss; nothing is said where zero lies within.
  bool decided() const;
  bool same_sign() const;
};

struct TwinScore {  // of some of the rows
  int rows = 0;
  int throughput_within_10 = 0;
  int cpu_within_15 = 0;
  int intervals_meet = 0;  // of throughput
  double worst_throughput = 0;
  double worst_cpu = 0;
  int gains_decided = 0;
  int gains_of_same_sign = 0;
};

struct TwinTable {
  MachineDescription machine;
  std::string system;
  TwinPlan plan;
  double load_before = 0;
  double load_after = 0;
  ThreadCosts costs = {};
  std::vector<TwinRow> rows = {};
  std::vector<TwinGain> gains = {};

  // Of those kept aside, or of the others.
  TwinScore score(bool kept_aside) const;
};

// `done` hears of every run: how many there were, of how many.
TwinTable evaluate_twin(const std::vector<TwinSetting>& settings, const TwinPlan& plan,
                        const std::function<void(int, int)>& done);

}  // namespace ktlssim
