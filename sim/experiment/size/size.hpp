// The cheapest settings that meet what is asked, found backwards.
//
// What varies spans points. The first parameter that is varied over numbers makes lines of them, one for each
// combination of the others. Where the objective rises along a line (it always does where it is the parameter itself),
// the cheapest point of a line is its first that meets what is asked: LineSearch finds it. Elsewhere all points of the
// line race: those that are proven not to meet it, or proven dearer than one that is proven to, drop out, and the
// others are simulated more often.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/size/judgement.hpp"
#include "sim/experiment/size/vary_axis.hpp"

namespace ktlssim {

struct SizeQuestion {
  Margins margins;
  std::vector<VaryAxis> axes;
  std::optional<Expression> minimize;  // the first parameter that is varied over numbers unless given
  Replications replications;
};

inline constexpr std::size_t kMostLines = 1000;
inline constexpr std::size_t kMostRacers = 1000;

// What one line has to say.
struct SizeLine {
  std::vector<Assignment> fixed;            // of the parameters that do not vary along it
  std::optional<std::size_t> first;         // number of its cheapest point that meets it, among PointRuns'
  std::optional<std::size_t> possible;      // the cheapest that is not excluded, ...
  std::optional<std::size_t> proven;        // ... and that is proven to
  std::optional<std::size_t> next_cheaper;  // the neighbours of `first` on the line that were simulated, or of none the
  std::optional<std::size_t> next_dearer;   // point that comes closest
  bool monotone = true;
  bool raced = false;
};

struct SizeAnswer {
  std::vector<SizeLine> lines;         // the cheapest first, those that cannot meet it last
  std::vector<Judgement> judgements;   // by number of the point
  std::vector<double> cost;            // likewise, what is minimized; NaN where there is none
  std::vector<std::vector<Assignment>> settings;  // likewise
  bool interrupted = false;
};

SizeAnswer size(PointRuns& runs, const SizeQuestion& question);

}  // namespace ktlssim
