#include "sim/experiment/ensemble/later_waves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "models/counted.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kChancesOfALine = 16;

Json chances_json(const std::vector<double>& chances) {
  Json lines = Json::array();
  for (std::size_t i = 0; i < chances.size(); i += kChancesOfALine) {
    const auto end = static_cast<std::ptrdiff_t>(std::min(chances.size(), i + kChancesOfALine));
    lines.push_back(figures_text({chances.begin() + static_cast<std::ptrdiff_t>(i), chances.begin() + end}));
  }
  return lines;
}

Json wave_json(const Wave& wave) {
  Json draws = Json::array();
  for (std::size_t i = 0; i < wave.numbers.size(); ++i)
    draws.push_back(i < wave.draws.size() ? fmt::format("{}: {}", wave.numbers[i], figures_text(wave.draws[i]))
                                          : std::to_string(wave.numbers[i]));
  return {{"first", wave.first},
          {"pool", wave.pool},
          {"emulator_error", figures_text(wave.error)},
          {"emulator_missed", figures_text(wave.missed)},
          {"draws", draws},
          {"chances", chances_json(wave.chances)}};
}

// A number, and after a colon its figures.
void read_draw(const std::string& text, Wave& wave) {
  const std::size_t colon = text.find(':');
  wave.numbers.push_back(std::strtoull(text.c_str(), nullptr, 10));
  if (colon != std::string::npos) wave.draws.push_back(read_figures(text.substr(colon + 1)));
}

Wave read_wave(const Json& json) {
  Wave wave;
  wave.first = json.at("first").get<std::size_t>();
  wave.pool = json.at("pool").get<std::size_t>();
  wave.error = read_figures(json.at("emulator_error").get<std::string>());
  wave.missed = read_figures(json.at("emulator_missed").get<std::string>());
  for (const Json& draw : json.at("draws")) read_draw(draw.get<std::string>(), wave);
  for (const Json& line : json.at("chances"))
    for (const double chance : read_figures(line.get<std::string>())) wave.chances.push_back(chance);
  return wave;
}

// "": nothing.
std::string what_is_wrong(const Wave& wave, std::size_t figures, std::size_t draws) {
  if (wave.error.size() != figures || (!wave.missed.empty() && wave.missed.size() != figures))
    return fmt::format("expected errors of {}", counted(figures, "figure"));
  if (wave.numbers.empty() || wave.draws.size() > wave.numbers.size()) return "expected numbers of draws";
  for (std::size_t i = 0; i < wave.numbers.size(); ++i) {
    const bool of_pool = wave.numbers[i] >= wave.first && wave.numbers[i] - wave.first < wave.pool;
    if (!of_pool || (i > 0 && wave.numbers[i] <= wave.numbers[i - 1]))
      return "expected draws of the pool, each once, in their order";
  }
  for (const std::vector<double>& draw : wave.draws)
    if (draw.size() != figures) return fmt::format("expected {}", counted(figures, "figure"));
  if (wave.chances.size() != draws) return fmt::format("expected chances of {}", counted(draws, "draw"));
  for (const double chance : wave.chances)
    if (!(chance >= 0 && chance <= 1)) return "expected chances from 0 to 1";
  return {};
}

}  // namespace

std::size_t LaterWaves::simulated() const {
  return static_cast<std::size_t>(
      std::ranges::find_if(waves, [](const Wave& wave) { return !wave.simulated(); }) - waves.begin());
}

std::vector<double> LaterWaves::bases(std::size_t wave_one, std::size_t count) const {
  std::size_t draws = wave_one;
  for (std::size_t k = 0; k < count; ++k) draws += waves[k].numbers.size();
  std::vector<double> all(draws, static_cast<double>(wave_one));
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t d = 0; d < draws; ++d) all[d] += static_cast<double>(waves[k].pool) * waves[k].chances[d];
  for (double& base : all) base = 1 / base;
  return all;
}

double as_kept(double figure) {
  return std::isfinite(figure) ? std::strtod(fmt::format("{:.5g}", figure).c_str(), nullptr) : kNaN;
}

std::string figures_text(const std::vector<double>& figures) {
  std::string text;
  for (const double figure : figures)
    text += fmt::format("{}{}", text.empty() ? "" : " ", std::isfinite(figure) ? fmt::format("{:.5g}", figure) : "-");
  return text;
}

std::vector<double> read_figures(const std::string& text) {
  std::istringstream words(text);
  std::vector<double> figures;
  for (std::string word; words >> word;) {
    char* end = nullptr;
    const double figure = word == "-" ? kNaN : std::strtod(word.c_str(), &end);
    if (end != nullptr && *end != '\0') return {};
    figures.push_back(figure);
  }
  return figures;
}

void refuse_ensemble(const std::filesystem::path& path, const std::string& pointer, const std::string& why) {
  throw InputError({{path.string(), pointer, "", why + ": make it again with `ktlssim ensemble`"}});
}

Json later_waves_json(const std::vector<LaterWaves>& all, const std::vector<PublishedFigure>& figures) {
  Json list = Json::array();
  for (const LaterWaves& later : all) {
    Json claims = Json::array();
    for (const std::size_t f : later.figures) claims.push_back(figures[f].claim);
    Json waves = Json::array();
    for (const Wave& wave : later.waves) waves.push_back(wave_json(wave));
    list.push_back({{"claims", claims}, {"waves", waves}});
  }
  return list;
}

std::vector<LaterWaves> read_later_waves(const Json& json, const std::vector<PublishedFigure>& figures, std::size_t wave_one,
                                         const std::filesystem::path& path) {
  std::vector<LaterWaves> all;
  for (const Json& row : json) {
    LaterWaves& later = all.emplace_back();
    const std::string pointer = fmt::format("/later_waves/{}", all.size() - 1);
    for (const Json& claim : row.at("claims")) {
      const auto found = std::ranges::find(figures, claim.get<std::string>(), &PublishedFigure::claim);
      if (found == figures.end()) refuse_ensemble(path, pointer + "/claims", "expected names of claims");
      later.figures.push_back(static_cast<std::size_t>(found - figures.begin()));
    }
    std::size_t draws = wave_one;
    for (const Json& wave : row.at("waves")) draws += later.waves.emplace_back(read_wave(wave)).numbers.size();
    for (std::size_t w = 0; w < later.waves.size(); ++w)
      if (const std::string why = what_is_wrong(later.waves[w], later.figures.size(), draws); !why.empty())
        refuse_ensemble(path, fmt::format("{}/waves/{}", pointer, w), why);
  }
  return all;
}

}  // namespace ktlssim
