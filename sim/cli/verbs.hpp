// The verbs of the command line, each a function of its arguments that returns the exit status:
// 0 done, 1 a run failed or stalled, 2 the command line or an input is wrong (also by exception), 130
// interrupted.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ktlssim {

// The command line is wrong; the message says how.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr int kExitDone = 0;
inline constexpr int kExitRunFailed = 1;
inline constexpr int kExitWrongInput = 2;
inline constexpr int kExitInterrupted = 130;

// What a verb's function gets: its own arguments, and the whole command line for the record.
struct Arguments {
  std::vector<std::string> own;
  std::string command_line;
};

int run_verb(const Arguments& arguments);
int compare_verb(const Arguments& arguments);
int sweep_verb(const Arguments& arguments);
int expand_verb(const Arguments& arguments);
int status_verb(const Arguments& arguments);
int merge_verb(const Arguments& arguments);
int bounds_verb(const Arguments& arguments);
int validate_verb(const Arguments& arguments);
int sensitivity_verb(const Arguments& arguments);
int fit_verb(const Arguments& arguments);
int calibrate_verb(const Arguments& arguments);
int twin_verb(const Arguments& arguments);
int check_verb(const Arguments& arguments);
int profiles_verb(const Arguments& arguments);
int report_verb(const Arguments& arguments);
int watch_verb(const Arguments& arguments);
int parameters_verb(const Arguments& arguments);
int schema_verb(const Arguments& arguments);

}  // namespace ktlssim
