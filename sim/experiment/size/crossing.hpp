// Where on a line of points something changes sides: where two settings meet, where more of something gains nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/size/judgement.hpp"
#include "sim/experiment/size/vary_axis.hpp"

namespace ktlssim {

// Two settings over the values of one parameter, which both have.
struct BreakEvenQuestion {
  VaryAxis over;
  Expression of;  // what is compared
  Replications replications;
};

// Between two neighbouring values: the difference B - A has another sign above than below.
struct Crossing {
  std::size_t below;        // index of the last value before it, ...
  std::size_t above;        // ... and of the first after it
  bool b_is_more_above;
  // Its interval: from the last value at which the sign before it is proven to the first at which that after it is;
  // nothing where it is not proven on that side.
  std::optional<std::size_t> proven_below;
  std::optional<std::size_t> proven_above;
};

struct BreakEvenPoint {
  std::size_t index;
  std::optional<Estimate> a, b, difference;  // of B - A, pair by pair; nothing where one has no value
  std::string why_none;
};

struct BreakEven {
  std::vector<BreakEvenPoint> points;  // that were simulated, in their order
  std::vector<Crossing> crossings;
  std::size_t runs = 0;
  bool interrupted = false;
};

BreakEven break_even(PointRuns& a, PointRuns& b, const BreakEvenQuestion& question);

struct KneeQuestion {
  VaryAxis over;
  Expression of;
  bool more_is_better = true;
  double worth = 0.02;  // part of the best that is not worth more
  Replications replications;
};

struct KneeAnswer {
  std::vector<std::size_t> indices;              // that were simulated, in their order
  std::vector<std::optional<Estimate>> values;   // likewise
  std::optional<std::size_t> best;               // index of the best value
  std::optional<std::size_t> knee;               // the first within `worth` of the best, ...
  std::optional<std::size_t> possible, proven;   // ... and its interval
  bool monotone = true;
  bool interrupted = false;
};

KneeAnswer knee(PointRuns& runs, const KneeQuestion& question);

}  // namespace ktlssim
