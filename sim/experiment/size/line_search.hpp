// Finds where along a line of points a property begins to hold, by looking at few of them.
//
// The line is looked at in five places first. Where these, and all that is looked at later, allow that the property
// holds from some point on and nowhere before, the search halves; where one point has it proven and a later one
// proven not, it is not monotone, and every point before the first that has it is looked at.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace ktlssim {

// What is known of the property at a point.
struct Look {
  bool possible;  // the interval of what was measured does not exclude it
  bool holds;     // on average
  bool proven;    // the interval excludes the contrary
};

class LineSearch {
 public:
  // `points` from 1 on.
  explicit LineSearch(std::size_t points) : points_(points) {}

  // Points to be looked at next, all of them; none: the search is over.
  std::vector<std::size_t> wanted() const;
  void tell(std::size_t point, Look look) { looks_[point] = look; }

  // The first point that has it, once the search is over; nothing: none has.
  std::optional<std::size_t> first() const { return first_of(&Look::holds); }
  // The interval of the first point: from where it is possible, and from where it is proven (nothing: nowhere).
  std::optional<std::size_t> first_possible() const { return first_of(&Look::possible); }
  std::optional<std::size_t> first_proven() const { return first_of(&Look::proven); }
  bool monotone() const;
  const std::map<std::size_t, Look>& looks() const { return looks_; }

 private:
  std::optional<std::size_t> first_of(bool Look::*property) const;
  // Between the last point known not to have it and the first known to.
  std::optional<std::size_t> middle(bool Look::*property) const;

  std::size_t points_;
  std::map<std::size_t, Look> looks_;
};

}  // namespace ktlssim
