// Whether a point of a scenario meets what is asked of it, as far as its replications tell.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/size/line_search.hpp"
#include "sim/experiment/size/point_runs.hpp"

namespace ktlssim {

// How many replications decide: looked at after `first`, then after half as many more each time, until the 95 %
// interval of every margin leaves out its limit or there are `last`.
struct Replications {
  std::size_t first = 4;
  std::size_t last = 16;

  std::size_t after(std::size_t n) const;
};

// All that is asked; at least one.
using Margins = std::vector<Margin>;

struct Judgement {
  Look look;
  std::size_t worst = 0;               // of the margins, the one that is missed by most of its interval, or met by least
  std::optional<Estimate> worst_by;    // nothing where it has no value
  std::string why_none;                // and then why
};

Judgement judge(const PointRuns& runs, std::size_t point, const Margins& margins);

// Simulates the points until each is judged. Nothing if interrupted.
std::optional<std::vector<Judgement>> judge_all(PointRuns& runs, const std::vector<std::size_t>& points,
                                                const Margins& margins, const Replications& replications);

}  // namespace ktlssim
