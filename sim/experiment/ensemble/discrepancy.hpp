// How far the model is from any machine, whatever its parameters: a standard deviation for each kind of figure.
//
// Estimated from figures that are left out, and never below a floor that is stated beside the suite before anything is
// simulated, in `discrepancies.json`: {KIND: {"floor": NUMBER, "reason": TEXT}}; logarithmic, but for differences, which
// are in points.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "sim/experiment/ensemble/published_figure.hpp"

namespace ktlssim {

struct Discrepancy {
  double sd;
  double floor;
  std::size_t sources;  // that its figures come from: so few make the tails of Student's t

  double degrees_of_freedom() const;
};

using Discrepancies = std::array<Discrepancy, kFigureKindNames.size()>;
inline const Discrepancy& of(const Discrepancies& all, FigureKind kind) { return all[static_cast<std::size_t>(kind)]; }
inline Discrepancy& of(Discrepancies& all, FigureKind kind) { return all[static_cast<std::size_t>(kind)]; }

// Of what a machine's figure may be away from a published one: dice of a run, rounding and discrepancy.
double variance_of(const PublishedFigure& figure, const Discrepancies& discrepancies);

std::filesystem::path discrepancies_file(const std::filesystem::path& suite);
// At their floors. Throws InputError.
Discrepancies load_floors(const std::filesystem::path& path);

// A figure that was left out: by how much it was missed, and what else than the discrepancy accounts for.
struct Miss {
  FigureKind kind;
  std::string source;
  double squared;
  double variance;
};

// For each kind, the least discrepancy with which nine in ten of the figures are within their 90 % interval of a normal law,
// every source counting the same. Not below the floor.
Discrepancies estimate(const Discrepancies& floors, const std::vector<Miss>& misses);

}  // namespace ktlssim
