// A figure of a source, on the scale on which it is held against machines: logarithms, but for differences in points.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

// What a model misses alike: each kind has a discrepancy of its own.
enum class FigureKind { throughput, cpu, ratio, difference, other };
inline constexpr std::array<std::string_view, 5> kFigureKindNames{"throughput", "cpu", "ratio", "difference", "other"};
inline std::string_view name(FigureKind kind) { return kFigureKindNames[static_cast<std::size_t>(kind)]; }

// Of a metric as it is.
FigureKind kind_of_metric(std::string_view metric);

struct PublishedFigure {
  std::string claim;
  std::string source;
  std::string scenario;  // the name of the one that is simulated for it
  std::string metric;
  FigureKind kind;
  bool limit;    // the figure is an upper bound
  bool nothing;  // a claim of no difference
  bool missed;   // a known failure of the model, as the suite expects: it tells nothing of a machine's parameters
  double published;
  double sd;    // of the figure itself: how the source rounds and repeats
  double dice;  // of a single run
  double plain;  // what it comes to on the machine of the profiles' own values
  std::vector<std::string> profiles;  // that have ranges, of all that is simulated for it: "host NAME", "driver NAME"
  std::string made_of = {};  // checksum of all that is simulated for it (SuiteFigures); empty: not known

  // On its scale.
  double scaled(double value) const;
  double unscaled(double value) const;
  // The machine that the source names, if it names one: what stands after its last comma.
  std::string machine() const;
};

// All but what has to be simulated.
PublishedFigure published_figure(const Claim& claim);

}  // namespace ktlssim
