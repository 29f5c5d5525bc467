#include "sim/experiment/ensemble/discrepancy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr double kPart = 0.9;
constexpr double kSquareOfPart = 2.7055;  // what a standard normal variable's square is within in nine of ten cases

struct Weighted {
  const Miss* miss;
  double weight;
};

// What nine in ten of the misses' squares are within, in units of the variance that they ought to have.
double most_square(const std::vector<Weighted>& misses, double variance) {
  std::vector<std::pair<double, double>> squares;
  double whole = 0;
  for (const Weighted& w : misses) {
    squares.emplace_back(w.miss->squared / (w.miss->variance + variance), w.weight);
    whole += w.weight;
  }
  std::sort(squares.begin(), squares.end());
  double below = 0;
  for (const auto& [square, weight] : squares) {
    below += weight;
    if (below >= kPart * whole) return square;
  }
  return squares.empty() ? 0 : squares.back().first;
}

}  // namespace

double Discrepancy::degrees_of_freedom() const {
  constexpr double kFewest = 3;  // fewer have no variance
  return std::max(kFewest, static_cast<double>(sources) - 1);
}

double variance_of(const PublishedFigure& figure, const Discrepancies& discrepancies) {
  const double discrepancy = of(discrepancies, figure.kind).sd;
  return figure.sd * figure.sd + figure.dice * figure.dice + discrepancy * discrepancy;
}

std::filesystem::path discrepancies_file(const std::filesystem::path& suite) {
  return suite.parent_path() / "discrepancies.json";
}

Discrepancies load_floors(const std::filesystem::path& path) {
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  Discrepancies all{};
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::string kind(kFigureKindNames[k]);
    const std::string pointer = '/' + kind;
    if (!json->is_object() || !json->contains(kind)) {
      problems.add(path.string(), pointer, "", "missing: an object with \"floor\" and \"reason\"");
      continue;
    }
    const Json& row = json->at(kind);
    const bool sound = row.is_object() && row.contains("floor") && row.at("floor").is_number() &&
                       row.contains("reason") && row.at("reason").is_string() && row.at("floor").get<double>() > 0;
    if (sound)
      all[k] = {row.at("floor").get<double>(), row.at("floor").get<double>(), 0};
    else
      problems.add(path.string(), pointer, short_text(row), "expected a \"floor\" above 0, and a \"reason\"");
  }
  problems.throw_if_any();
  return all;
}

Discrepancies estimate(const Discrepancies& floors, const std::vector<Miss>& misses) {
  constexpr double kMost = 1;  // beyond that a model says nothing
  Discrepancies all = floors;
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::map<std::string, double> by_source;
    for (const Miss& miss : misses)
      if (miss.kind == static_cast<FigureKind>(k)) ++by_source[miss.source];
    std::vector<Weighted> of_kind;
    for (const Miss& miss : misses)
      if (miss.kind == static_cast<FigureKind>(k)) of_kind.push_back({&miss, 1 / by_source[miss.source]});
    all[k].sources = by_source.size();
    const double floor = floors[k].floor;
    all[k].sd = floor;
    if (of_kind.empty() || most_square(of_kind, floor * floor) <= kSquareOfPart) continue;
    double low = floor;
    double high = std::max(kMost, 100 * floor);
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (most_square(of_kind, middle * middle) > kSquareOfPart ? low : high) = middle;
    }
    all[k].sd = high;
  }
  return all;
}

}  // namespace ktlssim
