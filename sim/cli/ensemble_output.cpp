#include "sim/cli/ensemble_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/counted.hpp"
#include "sim/cli/text.hpp"

namespace ktlssim {

namespace {

std::string family_name(const std::vector<std::string>& profiles) {
  std::string text;
  for (const std::string& profile : profiles)
    text += (text.empty() ? "" : " + ") + profile.substr(profile.find(' ') + 1);
  return text;
}

std::string family_lines(const Evidence& evidence, const Discrepancies& discrepancies) {
  std::string text = fmt::format("{:<44}{:>8}{:>7}{:>10}{:>11}\n", "machines", "figures", "draws", "left", "effective");
  std::string remarks;
  for (const std::vector<std::string>& profiles : families(evidence.file())) {
    const Weights w = evidence.weigh_all_waves(profiles, discrepancies);
    const std::string name = family_name(profiles);
    text += fmt::format("{:<44}{:>8}{:>7}{:>8.1f} %{:>11.0f}\n", shortened(name, 44), w.informed_by.size(), w.numbers.size(),
                        100 * w.left, w.effective);
    if (w.power < 1)
      remarks += wrap(fmt::format("{}: TOO FEW DRAWS: likelihoods are flattened (power {:.2g})", name, w.power), columns());
    if (!w.out_of_reach.empty())
      remarks += wrap(fmt::format("{}: no draw comes near {}", name, fmt::join(w.out_of_reach, ", ")), columns());
    if (w.empty)
      remarks += wrap(fmt::format("{}: EMPTY: no draw meets all of {}; without any one of {} some do", name,
                                  counted(w.informed_by.size(), "figure"),
                                  w.conflicting.empty() ? "them none does, nor" : fmt::format("{}", fmt::join(w.conflicting, ", "))),
                      columns());
  }
  return text + (remarks.empty() ? "" : '\n' + remarks);
}

// Of families whose figures later waves are aimed at.
std::string names_of(const Evidence& evidence, const LaterWaves& later) {
  std::string names;
  for (const std::vector<std::string>& profiles : families(evidence.file()))
    if (evidence.informing(profiles) == later.figures) names += (names.empty() ? "" : ", ") + family_name(profiles);
  return names;
}

std::string error_text(const PublishedFigure& figure, double error) {
  return figure.kind == FigureKind::difference ? digits(error, 2) + " p" : digits(100 * error, 2) + " %";
}

std::string later_wave_lines(const Evidence& evidence, const LaterWaves& later) {
  constexpr std::size_t kShownWaves = 2;  // the last ones
  std::string text = fmt::format("\nlater waves of {}\n", shortened(names_of(evidence, later), 65));
  for (std::size_t k = 0; k < later.waves.size(); ++k)
    text += fmt::format("  wave {}: {} of {}{}\n", k + 2, later.waves[k].numbers.size(), counted(later.waves[k].pool, "draw"),
                        later.waves[k].simulated() ? "" : ", not simulated yet");
  const std::size_t first = later.waves.size() - std::min(kShownWaves, later.waves.size());
  text += fmt::format("  {:<22}", "its emulator misses");
  for (std::size_t k = first; k < later.waves.size(); ++k)
    text += fmt::format("{:>14}{:>14}", fmt::format("left out, {}", k + 2), "its own draws");
  for (std::size_t i = 0; i < later.figures.size(); ++i) {
    const PublishedFigure& figure = evidence.file().figures[later.figures[i]];
    text += fmt::format("\n  {:<22}", shortened(figure.claim, 22));
    for (std::size_t k = first; k < later.waves.size(); ++k)
      text += fmt::format("{:>14}{:>14}", error_text(figure, later.waves[k].error[i]),
                          later.waves[k].missed.empty() ? "-" : error_text(figure, later.waves[k].missed[i]));
  }
  return text + '\n';
}

std::string discrepancy_lines(const Discrepancies& discrepancies) {
  std::string text = fmt::format("\n{:<24}{:>14}{:>10}{:>10}\n", "discrepancy of", "left out", "floor", "sources");
  for (std::size_t k = 0; k < discrepancies.size(); ++k) {
    const bool points = static_cast<FigureKind>(k) == FigureKind::difference;
    const double scale = points ? 1 : 100;
    text += fmt::format("{:<24}{:>12.1f} {}{:>8.1f} {}{:>10}\n", kFigureKindNames[k], scale * discrepancies[k].sd,
                        points ? "p" : "%", scale * discrepancies[k].floor, points ? "p" : "%", discrepancies[k].sources);
  }
  return text;
}

Json numbers_json(const std::vector<double>& numbers) {
  Json all = Json::array();
  for (const double number : numbers) all.push_back(number_json(number));
  return all;
}

Json waves_json(const EnsembleFile& file) {
  Json all = Json::array();
  for (const LaterWaves& later : file.later) {
    Json claims = Json::array();
    for (const std::size_t f : later.figures) claims.push_back(file.figures[f].claim);
    Json waves = Json::array();
    for (const Wave& wave : later.waves)
      waves.push_back({{"draws", wave.numbers.size()},
                       {"simulated", wave.draws.size()},
                       {"pool", wave.pool},
                       {"emulator_error", numbers_json(wave.error)},
                       {"emulator_missed", numbers_json(wave.missed)}});
    all.push_back({{"claims", claims}, {"waves", waves}});
  }
  return all;
}

}  // namespace

std::string families_text(const Evidence& evidence, const Discrepancies& discrepancies) {
  std::string text = fmt::format("{}, each with {}\n\n", counted(evidence.file().draws.size(), "draw"),
                                 counted(evidence.file().figures.size(), "figure")) +
                     family_lines(evidence, discrepancies);
  for (const LaterWaves& later : evidence.file().later) text += later_wave_lines(evidence, later);
  return text + discrepancy_lines(discrepancies);
}

Json families_json(const Evidence& evidence, const Discrepancies& discrepancies) {
  Json all = Json::array();
  for (const std::vector<std::string>& profiles : families(evidence.file())) {
    const Weights w = evidence.weigh_all_waves(profiles, discrepancies);
    all.push_back({{"profiles", profiles},
                   {"informed_by", w.informed_by},
                   {"out_of_reach", w.out_of_reach},
                   {"empty", w.empty},
                   {"conflicting", w.conflicting},
                   {"draws", w.numbers.size()},
                   {"later_waves", w.later_waves},
                   {"left", number_json(w.left)},
                   {"likelihood_power", number_json(w.power)},
                   {"effective", number_json(w.effective)}});
  }
  Json kinds = Json::object();
  for (std::size_t k = 0; k < discrepancies.size(); ++k)
    kinds[std::string(kFigureKindNames[k])] = {{"sd", number_json(discrepancies[k].sd)},
                                               {"floor", number_json(discrepancies[k].floor)},
                                               {"sources", discrepancies[k].sources}};
  return {{"draws", evidence.file().draws.size()},
          {"families", all},
          {"later_waves", waves_json(evidence.file())},
          {"discrepancies", kinds}};
}

}  // namespace ktlssim
