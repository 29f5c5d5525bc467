// The verbs of the command line. Each declares its options, and is a function of their values that returns the exit
// status: 0 done, 1 a run failed or stalled, 2 the command line or an input is wrong (also by exception), 130
// interrupted.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/cli/options.hpp"

namespace ktlssim {

inline constexpr int kExitDone = 0;
inline constexpr int kExitRunFailed = 1;
inline constexpr int kExitWrongInput = 2;
inline constexpr int kExitInterrupted = 130;

struct Verb {
  std::string_view name;
  std::string_view arguments;
  std::string_view summary;
  Options (*options)();
  int (*run)(const Values&);
};

// In the order of the general help.
std::span<const Verb> verbs();
// UsageError if there is none.
const Verb& find_verb(const std::string& name);

Options run_options();
int run_verb(const Values& values);
Options compare_options();
int compare_verb(const Values& values);
Options sweep_options();
int sweep_verb(const Values& values);
Options expand_options();
int expand_verb(const Values& values);
Options status_options();
int status_verb(const Values& values);
Options merge_options();
int merge_verb(const Values& values);
Options gate_options();
int gate_verb(const Values& values);
Options hunt_options();
int hunt_verb(const Values& values);
Options size_options();
int size_verb(const Values& values);
Options break_even_options();
int break_even_verb(const Values& values);
Options knee_options();
int knee_verb(const Values& values);
Options frontier_options();
int frontier_verb(const Values& values);
Options bounds_options();
int bounds_verb(const Values& values);
Options validate_options();
int validate_verb(const Values& values);
Options sensitivity_options();
int sensitivity_verb(const Values& values);
Options ensemble_options();
int ensemble_verb(const Values& values);
Options fit_options();
int fit_verb(const Values& values);
Options calibrate_options();
int calibrate_verb(const Values& values);
Options twin_options();
int twin_verb(const Values& values);
Options report_options();
int report_verb(const Values& values);
Options watch_options();
int watch_verb(const Values& values);
Options init_options();
int init_verb(const Values& values);
Options check_options();
int check_verb(const Values& values);
Options profiles_options();
int profiles_verb(const Values& values);
Options parameters_options();
int parameters_verb(const Values& values);
Options schema_options();
int schema_verb(const Values& values);
Options completion_options();
int completion_verb(const Values& values);
Options man_options();
int man_verb(const Values& values);

}  // namespace ktlssim
