// What threads cost on this machine: to switch, to wake, to lock, to allocate, to copy. Each is measured by
// itself, with the primitives of which the twin is made.
//
// Needs two CPUs: threads meet on the first, and the last wakes them as a device would. With one CPU what
// needs two is left out.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ktlssim {

// The median of repetitions, and between what the middle four fifths of them lie.
struct MeasuredCost {
  std::string name;  // with its unit
  std::string meaning;
  double value;
  double low;
  double high;
  std::vector<double> samples = {};  // in the order in which they were taken
};

MeasuredCost cost_of(std::string name, std::string meaning, std::vector<double> samples);

struct ThreadCosts {
  std::vector<MeasuredCost> all;
  bool realtime = false;  // threads had fixed priorities
  bool urgent = false;    // who polls could be made urgent
  double stolen_percent = 0;  // by the hypervisor while it measured; NaN if not known

  const MeasuredCost* find(std::string_view name) const;
  const MeasuredCost& operator[](std::string_view name) const;  // std::out_of_range

  // How often all of them were measured, one after the other.
  std::size_t moments() const;
  // What they were at one of these moments, each within its low and its high. Costs that are told from the same
  // benchmark go together: where a switch seems cheap, the sleep seems dear, and their sum is what it was.
  ThreadCosts at_moment(std::size_t moment) const;
  // A sum of some less others, never below zero: moment by moment.
  MeasuredCost together(std::initializer_list<std::string_view> plus,
                        std::initializer_list<std::string_view> minus) const;
};

// Takes samples of all of it, as often and whenever asked: costs change with what else the machine does.
class ThreadCostSampler {
 public:
  // A part of a second, on a busy machine some of them. Leaves CPUs as they were.
  void sample();
  // Of the samples so far, at least one.
  ThreadCosts costs() const;

 private:
  std::map<std::string, std::vector<double>> samples_;
  double seconds_ = 0;
  std::optional<double> stolen_seconds_ = 0;
  bool realtime_ = true;
  bool urgent_ = true;
};

ThreadCosts measure_thread_costs(int repetitions);

}  // namespace ktlssim
