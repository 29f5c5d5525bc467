// A Pareto front: the settings of which no other is better in everything that counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/experiment/size/judgement.hpp"
#include "sim/experiment/size/vary_axis.hpp"

namespace ktlssim {

struct Goal {
  Expression of;
  bool more_is_better;
};

struct FrontierQuestion {
  std::vector<VaryAxis> axes;
  std::vector<Goal> goals;  // two or more
  std::optional<Margins> margins;
  Replications replications;
};

inline constexpr std::size_t kMostFrontierPoints = 2000;

struct FrontierPoint {
  std::size_t number;  // among PointRuns'
  std::vector<Assignment> values;
  std::vector<Estimate> goals;
  bool front;   // no other is better on average
  bool proven;  // and none of those that are not on the front can be, by the intervals
  // What was measured may be believed. A point that is not steady beats none that is: a backlog that grows looks fast, and a
  // machine that lost its connections idle. It may itself be on the front, where it is marked; nothing is proven of it.
  bool steady;
};

// Whether `a` is at least as good as `b` in everything, and better in something, more being better.
bool beats(std::span<const double> a, std::span<const double> b);

struct Frontier {
  std::vector<FrontierPoint> points;                             // best of the first goal first
  std::vector<std::pair<std::vector<Assignment>, std::string>> left_out;  // without a value, and why
  bool interrupted = false;
};

// Points that are proven to be beaten are not simulated more often, nor are those that are not steady.
Frontier frontier(PointRuns& runs, const FrontierQuestion& question);

}  // namespace ktlssim
