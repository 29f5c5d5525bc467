#include "sim/experiment/waves/wave_plan.hpp"

#include <algorithm>
#include <numeric>

namespace ktlssim {

namespace {

void keep(std::vector<double>& values) { std::ranges::transform(values, values.begin(), as_kept); }

void append(std::vector<double>& all, const std::vector<double>& more) { all.insert(all.end(), more.begin(), more.end()); }

// On its scale, of draws that have the figure at a place.
std::vector<double> scaled_column(const PublishedFigure& figure, const std::vector<std::vector<double>>& draws, std::size_t place) {
  std::vector<double> values;
  for (const std::vector<double>& draw : draws) values.push_back(figure.scaled(draw[place]));
  return values;
}

}  // namespace

WavePlan::WavePlan(EnsembleFile& file, const Discrepancies& floors, PlacesOf places, Settings settings)
    : file_(file), floors_(floors), places_(std::move(places)), settings_(settings),
      discrepancies_(Evidence(file, floors).discrepancies()) {}

std::optional<WavePlan::Next> WavePlan::begun() const {
  for (std::size_t set = 0; set < file_.later.size(); ++set)
    for (std::size_t wave = 0; wave < file_.later[set].waves.size(); ++wave) {
      const Wave& one = file_.later[set].waves[wave];
      if (!one.simulated() || one.missed.empty()) return Next{set, wave};
    }
  return std::nullopt;
}

std::optional<WavePlan::Next> WavePlan::next() {
  if (file_.draws.size() < kFewestToEmulate) return std::nullopt;
  if (const auto found = begun()) return found;
  const Evidence evidence(file_, floors_);
  for (const std::vector<std::string>& profiles : families(file_)) {
    const std::vector<std::size_t> figures = evidence.informing(profiles);
    const auto found = std::ranges::find(file_.later, figures, &LaterWaves::figures);
    const auto set = static_cast<std::size_t>(found - file_.later.begin());
    const std::size_t waves = found == file_.later.end() ? 0 : found->waves.size();
    if (figures.empty() || waves >= settings_.waves) continue;
    if (evidence.weigh_all_waves(profiles, discrepancies_).effective >= kEnoughEffective) continue;
    if (found == file_.later.end()) file_.later.push_back({figures, {}});
    if (aims(file_.later[set]).empty()) {  // nothing that any draw comes near
      file_.later.pop_back();
      continue;
    }
    add_wave(set);
    return Next{set, file_.later[set].waves.size() - 1};
  }
  return std::nullopt;
}

std::vector<Aim> WavePlan::aims(const LaterWaves& later) const {
  std::vector<Aim> all;
  for (std::size_t i = 0; i < later.figures.size(); ++i) {
    const PublishedFigure& figure = file_.figures[later.figures[i]];
    const Aim aim{i, figure.scaled(figure.published), variance_of(figure, discrepancies_), figure.limit};
    const std::vector<double> values = scaled_column(figure, file_.draws, later.figures[i]);
    const bool in_reach = std::ranges::any_of(values, [&aim](double value) {
      const double away = aim.limit ? std::max(0.0, value - aim.published) : value - aim.published;
      return away * away <= kImplausible * kImplausible * aim.variance;
    });
    if (in_reach) all.push_back(aim);
  }
  return all;
}

const Proposal& WavePlan::proposal(std::size_t set, std::size_t wave) {
  const auto found = proposals_.find({set, wave});
  if (found != proposals_.end()) return found->second;
  const LaterWaves& later = file_.later[set];
  std::vector<std::size_t> known(file_.draws.size());
  std::iota(known.begin(), known.end(), std::size_t{0});
  std::vector<std::vector<double>> values;
  for (const std::size_t f : later.figures) values.push_back(scaled_column(file_.figures[f], file_.draws, f));
  for (std::size_t k = 0; k < wave; ++k) {
    known.insert(known.end(), later.waves[k].numbers.begin(), later.waves[k].numbers.end());
    for (std::size_t i = 0; i < values.size(); ++i)
      append(values[i], scaled_column(file_.figures[later.figures[i]], later.waves[k].draws, i));
  }
  return proposals_
      .try_emplace({set, wave}, places_(later.figures), known, values, aims(later), kFirstOfPools + wave * settings_.pool,
                   settings_.pool, settings_.draws)
      .first->second;
}

void WavePlan::add_wave(std::size_t set) {
  LaterWaves& later = file_.later[set];
  for (std::size_t k = 0; k < later.waves.size(); ++k)
    if (proposal(set, k).chosen() != later.waves[k].numbers) {  // made otherwise: of no use to what is made now
      later.waves.clear();
      std::erase_if(proposals_, [set](const auto& one) { return one.first.first == set; });
      break;
    }
  const std::size_t wave = later.waves.size();
  const Proposal& made = proposal(set, wave);
  Wave planned{.first = kFirstOfPools + wave * settings_.pool,
               .pool = settings_.pool,
               .error = made.errors(),
               .missed = {},
               .numbers = made.chosen(),
               .chances = made.chances_of_known(),
               .draws = {}};
  append(planned.chances, made.chances(planned.numbers));
  for (std::size_t k = 0; k < wave; ++k) {
    append(later.waves[k].chances, proposal(set, k).chances(planned.numbers));
    keep(later.waves[k].chances);
  }
  keep(planned.error);
  keep(planned.chances);
  later.waves.push_back(std::move(planned));
}

void WavePlan::close(const Next& next) {
  const LaterWaves& later = file_.later[next.set];
  std::vector<std::vector<double>> values;
  for (std::size_t i = 0; i < later.figures.size(); ++i)
    values.push_back(scaled_column(file_.figures[later.figures[i]], later.waves[next.wave].draws, i));
  Wave& wave = file_.later[next.set].waves[next.wave];
  wave.missed = proposal(next.set, next.wave).missed(wave.numbers, values);
  keep(wave.missed);
}

}  // namespace ktlssim
