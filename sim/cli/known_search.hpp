// What is not known of answers to questions asked backwards, as text and as JSON: of size, break-even, knee.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/known_option.hpp"
#include "sim/experiment/backwards/known_line.hpp"
#include "sim/experiment/size/crossing.hpp"
#include "sim/experiment/size/size.hpp"

namespace ktlssim {

// Values of an expression's pointers at a point.
Expression::Values parameters_of(const PointRuns& runs, std::size_t point);
// The scenario of a point with the window that was measured.
Scenario measured_at(const PointRuns& runs, std::size_t point);
// "on 97 of 100 machines".
std::string of_machines(double part);
// "100 machines at 7 points", a line.
std::string effort_text(std::size_t machines, std::size_t points);

struct KnownSize {
  KnownMet met;  // at the answer, or, where nothing meets the targets, at what comes closest
  std::size_t machines;
  std::size_t points;  // at which they were simulated
  // Along the line of the answer the first at which half of the machines, and 90 % of them, meet the targets, supposing
  // that more never meets less; nothing: none of the line.
  std::optional<std::vector<Assignment>> half, nine_tenths;
};

// Each simulates what it needs; nothing, and why, where that cannot be said.
std::optional<KnownSize> known_size(PointRuns& runs, const SizeQuestion& question, const SizeAnswer& answer,
                                    const EnsembleOption& ensemble, const Pool& pool, std::string& why);
std::string known_lines(const KnownSize& known, const SizeQuestion& question);
Json known_json(const KnownSize& known, const SizeQuestion& question);

struct KnownBreakEven {
  std::vector<KnownCrossing> crossings;  // as in BreakEven
  std::size_t machines;
  std::size_t points;
};
std::optional<KnownBreakEven> known_break_even(PointRuns& a, PointRuns& b, const BreakEvenQuestion& question,
                                               const BreakEven& found, const EnsembleOption& ensemble, const Pool& pool,
                                               std::string& why);
std::string known_lines(const KnownBreakEven& known, const BreakEvenQuestion& question, const BreakEven& found);
Json known_json(const KnownBreakEven& known);

struct KnownKnee {
  Known at;  // among the values that were simulated
  std::size_t machines;
  std::size_t points;
};
std::optional<KnownKnee> known_knee(PointRuns& runs, const KneeQuestion& question, const KneeAnswer& found,
                                    const EnsembleOption& ensemble, const Pool& pool, std::string& why);
std::string known_lines(const KnownKnee& known, const KneeQuestion& question);
Json known_json(const KnownKnee& known);

}  // namespace ktlssim
