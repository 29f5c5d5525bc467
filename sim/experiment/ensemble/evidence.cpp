#include "sim/experiment/ensemble/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ktlssim {

namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

// Over the draws that have a value.
Moments moments(const std::vector<double>& values, const std::vector<double>& weights) {
  Moments m;
  double whole = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) whole += weights[i];
  if (whole <= 0) return m;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) m.mean += weights[i] * values[i] / whole;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) m.variance += weights[i] * (values[i] - m.mean) * (values[i] - m.mean) / whole;
  return m;
}

}  // namespace

std::vector<std::vector<std::string>> families(const EnsembleFile& file) {
  std::vector<std::vector<std::string>> all;
  for (const PublishedFigure& figure : file.figures)
    if (!figure.profiles.empty() && std::ranges::find(all, figure.profiles) == all.end()) all.push_back(figure.profiles);
  return all;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

double effective_number(const std::vector<double>& weights) {
  double sum = 0;
  double squares = 0;
  for (const double w : weights) {
    sum += w;
    squares += w * w;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

Evidence::Evidence(EnsembleFile file, const Discrepancies& floors) : file_(std::move(file)), floors_(floors) {}

double Evidence::drawn(std::size_t figure, std::size_t draw) const {
  return file_.figures[figure].scaled(file_.draws[draw][figure]);
}

bool Evidence::related(const PublishedFigure& a, const PublishedFigure& b) {
  return a.source == b.source || a.machine() == b.machine();
}

std::vector<std::size_t> Evidence::informing(const std::vector<std::string>& profiles, const FigureFilter& left_out) const {
  std::vector<std::size_t> nearest;
  std::vector<std::size_t> any;
  for (std::size_t f = 0; f < file_.figures.size(); ++f) {
    const PublishedFigure& figure = file_.figures[f];
    if (figure.profiles.empty() || figure.missed || left_out(figure)) continue;
    const auto shared = std::ranges::count_if(figure.profiles, [&](const std::string& p) { return contains(profiles, p); });
    const bool driver = std::ranges::any_of(
        figure.profiles, [&](const std::string& p) { return p.starts_with("driver ") && contains(profiles, p); });
    if (driver || shared == std::ssize(figure.profiles)) nearest.push_back(f);
    if (shared > 0) any.push_back(f);
  }
  return nearest.empty() ? any : nearest;
}

double Evidence::implausibility(std::size_t f, double value, const Discrepancies& discrepancies) const {
  const PublishedFigure& figure = file_.figures[f];
  if (!std::isfinite(value)) return std::numeric_limits<double>::infinity();
  const double away = value - figure.scaled(figure.published);
  if (figure.limit && away <= 0) return 0;
  return std::abs(away) / std::sqrt(variance_of(figure, discrepancies));
}

Evidence::Drawn Evidence::wave_one() const {
  Drawn drawn;
  drawn.numbers.resize(file_.draws.size());
  std::iota(drawn.numbers.begin(), drawn.numbers.end(), std::size_t{0});
  drawn.bases.assign(file_.draws.size(), 1);
  return drawn;
}

// Of the sets of later waves that have these figures, that with the fewest others.
Evidence::Drawn Evidence::all_waves_of(const std::vector<std::size_t>& figures) const {
  Drawn drawn = wave_one();
  if (figures.empty()) return drawn;
  for (const LaterWaves& later : file_.later) {
    const bool all = std::ranges::all_of(
        figures, [&](std::size_t f) { return std::ranges::find(later.figures, f) != later.figures.end(); });
    if (!all || later.simulated() == 0) continue;
    if (drawn.later == nullptr || later.figures.size() < drawn.later->figures.size()) drawn.later = &later;
  }
  if (drawn.later == nullptr) return drawn;
  drawn.waves = drawn.later->simulated();
  for (std::size_t k = 0; k < drawn.waves; ++k) {
    const Wave& wave = drawn.later->waves[k];
    drawn.numbers.insert(drawn.numbers.end(), wave.numbers.begin(), wave.numbers.end());
  }
  drawn.bases = drawn.later->bases(file_.draws.size(), drawn.waves);
  return drawn;
}

std::vector<double> Evidence::column(std::size_t f, const Drawn& all) const {
  std::vector<double> values;
  for (std::size_t d = 0; d < file_.draws.size(); ++d) values.push_back(drawn(f, d));
  if (all.later == nullptr) return values;
  const auto place = std::ranges::find(all.later->figures, f) - all.later->figures.begin();
  for (std::size_t k = 0; k < all.waves; ++k)
    for (const std::vector<double>& draw : all.later->waves[k].draws)
      values.push_back(file_.figures[f].scaled(draw[static_cast<std::size_t>(place)]));
  return values;
}

Weights Evidence::weigh(const std::vector<std::string>& profiles, const Discrepancies& discrepancies,
                        const FigureFilter& left_out) const {
  return weigh(informing(profiles, left_out), discrepancies, wave_one());
}

Weights Evidence::weigh_all_waves(const std::vector<std::string>& profiles, const Discrepancies& discrepancies,
                                  const FigureFilter& left_out) const {
  const std::vector<std::size_t> figures = informing(profiles, left_out);
  return weigh(figures, discrepancies, all_waves_of(figures));
}

Weights Evidence::weigh(const std::vector<std::size_t>& figures, const Discrepancies& discrepancies,
                        const Drawn& drawn) const {
  Weights weights;
  weights.numbers = drawn.numbers;
  weights.later_waves = drawn.waves;
  const std::size_t draws = drawn.numbers.size();
  std::vector<double> worst(draws, 0);
  std::vector<double> logs(draws, 0);
  std::vector<std::vector<double>> by_figure;
  for (const std::size_t f : figures) {
    std::vector<double> far = column(f, drawn);
    for (double& value : far) value = implausibility(f, value, discrepancies);
    if (*std::ranges::min_element(far) > kImplausible) {
      weights.out_of_reach.push_back(file_.figures[f].claim);
      continue;
    }
    weights.informed_by.push_back(file_.figures[f].claim);
    for (std::size_t d = 0; d < draws; ++d) {
      worst[d] = std::max(worst[d], far[d]);
      logs[d] -= far[d] * far[d] / 2;
    }
    by_figure.push_back(std::move(far));
  }
  double left = 0;
  for (std::size_t d = 0; d < draws; ++d) left += worst[d] <= kImplausible ? drawn.bases[d] : 0;
  weights.left = left / std::accumulate(drawn.bases.begin(), drawn.bases.end(), 0.0);
  weights.empty = left <= 0;
  if (weights.empty) {
    for (std::size_t out = 0; out < by_figure.size(); ++out) {
      for (std::size_t d = 0; d < draws; ++d) {
        bool meets_others = true;
        for (std::size_t f = 0; f < by_figure.size(); ++f)
          meets_others = meets_others && (f == out || by_figure[f][d] <= kImplausible);
        if (!meets_others) continue;
        weights.conflicting.push_back(weights.informed_by[out]);
        break;
      }
    }
  }
  std::vector<double> plausible = logs;
  for (std::size_t d = 0; d < draws; ++d)
    if (!weights.empty && worst[d] > kImplausible) plausible[d] = -std::numeric_limits<double>::infinity();
  set_weights(plausible, 1, drawn.bases, weights);
  const double fewest = std::min(kFewestEffective, static_cast<double>(draws) / 4);
  if (weights.effective >= fewest) return weights;
  double low = 0;
  double high = 1;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    set_weights(logs, middle, drawn.bases, weights);
    (weights.effective < fewest ? high : low) = middle;
  }
  set_weights(logs, low, drawn.bases, weights);
  weights.power = low;
  return weights;
}

void Evidence::set_weights(const std::vector<double>& logs, double power, const std::vector<double>& bases,
                           Weights& weights) {
  const double top = *std::ranges::max_element(logs);
  double sum = 0;
  weights.of_draw.clear();
  for (std::size_t d = 0; d < logs.size(); ++d) {
    weights.of_draw.push_back(std::isfinite(logs[d]) ? bases[d] * std::exp(power * (logs[d] - top)) : 0);
    sum += weights.of_draw.back();
  }
  for (double& w : weights.of_draw) w = sum > 0 ? w / sum : 1 / static_cast<double>(logs.size());
  weights.effective = effective_number(weights.of_draw);
}

// Two figures of one source on one machine: what the model misses of their ratio.
Miss Evidence::miss_of_pair(std::size_t a, std::size_t b, const std::vector<double>& weights) const {
  const PublishedFigure& one = file_.figures[a];
  const PublishedFigure& other = file_.figures[b];
  std::vector<double> ratios;
  for (std::size_t d = 0; d < file_.draws.size(); ++d) ratios.push_back(drawn(b, d) - drawn(a, d));
  const Moments m = moments(ratios, weights);
  const double miss = other.scaled(other.published) - one.scaled(one.published) - m.mean;
  return {FigureKind::ratio, one.source, miss * miss,
          m.variance + one.sd * one.sd + other.sd * other.sd + one.dice * one.dice + other.dice * other.dice};
}

void Evidence::add_misses(const Discrepancies& discrepancies, const FigureFilter& left_out, std::vector<Miss>& misses) const {
  for (std::size_t f = 0; f < file_.figures.size(); ++f) {
    const PublishedFigure& figure = file_.figures[f];
    if (figure.limit || figure.nothing || figure.missed || left_out(figure)) continue;
    const Weights weights = weigh(figure.profiles, discrepancies, [&](const PublishedFigure& other) {
      return left_out(other) || related(figure, other);
    });
    std::vector<double> values;
    for (std::size_t d = 0; d < file_.draws.size(); ++d) values.push_back(drawn(f, d));
    const Moments m = moments(values, weights.of_draw);
    const double miss = figure.scaled(figure.published) - m.mean;
    misses.push_back({figure.kind, figure.source, miss * miss, m.variance + figure.sd * figure.sd});
    for (std::size_t b = f + 1; b < file_.figures.size(); ++b) {
      const PublishedFigure& other = file_.figures[b];
      const bool pair = other.source == figure.source && other.metric == figure.metric && other.kind == figure.kind &&
                        figure.kind == FigureKind::throughput && other.profiles == figure.profiles && !other.limit && !other.missed;
      if (pair) misses.push_back(miss_of_pair(f, b, weights.of_draw));
    }
  }
}

Discrepancies Evidence::discrepancies(const FigureFilter& left_out) const {
  constexpr int kRounds = 3;  // the weights hang on the discrepancy, and it on them
  Discrepancies now = floors_;
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Miss> misses;
    add_misses(now, left_out, misses);
    now = estimate(floors_, misses);
  }
  return now;
}

}  // namespace ktlssim
