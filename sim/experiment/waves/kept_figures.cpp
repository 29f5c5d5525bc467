#include "sim/experiment/waves/kept_figures.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

bool same_figure(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

KeptFigures::KeptFigures(const EnsembleFile& earlier, const std::vector<PublishedFigure>& figures) : kept_(figures.size()) {
  for (std::size_t f = 0; f < figures.size(); ++f) {
    const auto found = std::ranges::find_if(earlier.figures, [&](const PublishedFigure& then) {
      return then.claim == figures[f].claim && then.made_of == figures[f].made_of && !then.made_of.empty();
    });
    if (found == earlier.figures.end()) continue;
    const auto place = static_cast<std::size_t>(found - earlier.figures.begin());
    for (std::size_t d = 0; d < earlier.draws.size(); ++d) kept_[f][d] = earlier.draws[d][place];
    for (const LaterWaves& later : earlier.later) {
      const auto in_wave = std::ranges::find(later.figures, place);
      if (in_wave == later.figures.end()) continue;
      const auto column = static_cast<std::size_t>(in_wave - later.figures.begin());
      for (const Wave& wave : later.waves)
        for (std::size_t i = 0; i < wave.draws.size(); ++i) kept_[f][wave.numbers[i]] = wave.draws[i][column];
    }
  }
}

std::vector<std::size_t> KeptFigures::claims() const {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < kept_.size(); ++c)
    if (!kept_[c].empty()) all.push_back(c);
  return all;
}

bool KeptFigures::check(const Simulate& simulate) {
  const std::vector<std::size_t> numbers{0, 1, 2, 3};
  const std::vector<std::size_t> checked = claims();
  if (checked.empty()) return true;
  const Draws now = simulate(numbers, checked);
  if (now.size() < numbers.size()) return false;
  for (std::size_t i = 0; i < checked.size(); ++i) {
    std::map<std::size_t, double>& then = kept_[checked[i]];
    const bool same = std::ranges::all_of(numbers, [&](std::size_t number) {
      const auto kept = then.find(number);
      return kept == then.end() || same_figure(kept->second, now[number][i]);
    });
    if (!same) then.clear();
  }
  return true;
}

KeptFigures::Draws KeptFigures::draw(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims,
                                     const Simulate& simulate) const {
  const auto is_kept = [&](std::size_t claim) {
    return claim < kept_.size() &&
           std::ranges::all_of(numbers, [&](std::size_t number) { return kept_[claim].contains(number); });
  };
  std::vector<std::size_t> missing;
  std::ranges::remove_copy_if(claims, std::back_inserter(missing), is_kept);
  const Draws simulated = missing.empty() ? Draws(numbers.size()) : simulate(numbers, missing);
  Draws draws(simulated.size(), std::vector<double>(claims.size(), kNaN));
  for (std::size_t d = 0; d < draws.size(); ++d) {
    std::size_t next = 0;
    for (std::size_t c = 0; c < claims.size(); ++c)
      draws[d][c] = is_kept(claims[c]) ? kept_[claims[c]].at(numbers[d]) : simulated[d][next++];
  }
  return draws;
}

}  // namespace ktlssim
