#include "sim/cli/calibration_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/counted.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/text.hpp"

namespace ktlssim {

namespace {

// The interval of 90 % on a line of `width` characters, from half to twice what was published; differences from 10 points
// below to 20 above. [ and ] are its ends, = its middle half, | what was published.
std::string bar(const LeftOutFigure& left_out) {
  constexpr int kWidth = 26;
  const PublishedFigure& figure = left_out.figure;
  const bool points = figure.kind == FigureKind::difference;
  const auto place = [&](double value) {
    const double part = points ? (value - figure.published + 10) / 20 : 0.5 + 0.5 * std::log2(std::max(value, 1e-9) / figure.published);
    return std::clamp(static_cast<int>(part * kWidth), 0, kWidth - 1);
  };
  std::string text(kWidth, ' ');
  const auto fill = [&](const KnownRange& range, char with) {
    for (int i = place(range.lo); i <= place(range.hi); ++i) text[static_cast<std::size_t>(i)] = with;
  };
  fill(left_out.known.ninety, '-');
  fill(left_out.known.fifty, '=');
  text[static_cast<std::size_t>(place(figure.published))] = '|';
  return text;
}

std::string mark(const LeftOutFigure& figure) {
  if (!figure.counts) return "-";
  return figure.in_fifty ? "50" : figure.in_ninety ? "90" : "out";
}

std::string row(const LeftOutFigure& figure) {
  return fmt::format("{:<25}{:>6} {:>16} {} {}\n", shortened(figure.figure.claim, 25),
                     short_number(figure.figure.published), range_text(figure.known.ninety), bar(figure), mark(figure));
}

}  // namespace

std::string calibration_table(const Calibration& calibration) {
  std::string text = fmt::format("{:<25}{:>6} {:>16} {:<26} in\n", "left out", "publ.", "90 % of", "half of it ... twice");
  for (const LeftOutFigure& figure : calibration.figures) text += row(figure);
  text += fmt::format("\n{:<42}{:>7}{:>9} {:>20}\n", "source", "in 90 %", "in 50 %", "truly, of the 90 %");
  for (const Coverage& c : calibration.by_source)
    text += fmt::format("{:<42}{:>4}/{:<2}{:>6}/{:<2} {:>20}\n", shortened(plain(c.source), 42), c.in_ninety, c.figures,
                        c.in_fifty, c.figures, fmt::format("{:.0f} to {:.0f} %", 100 * c.ninety.lo, 100 * c.ninety.hi));
  const std::size_t sources = calibration.by_source.size() - 1;
  return text + '\n' +
         wrap(fmt::format("score of the 90 % intervals (width and fines, in per cent; lower is better): {:.0f}, of the "
                          "priors alone {:.0f}, of the plain point {:.0f}",
                          calibration.score, calibration.prior_score, calibration.plain_score),
              columns()) +
         wrap(fmt::format("{}: figures of one are not independent, so that the last column is wider in truth; that "
                          "few tell 50 from 90 %, not 70 from 90.",
                          counted(sources, "source")),
              columns());
}

Json calibration_json(const Calibration& calibration) {
  Json figures = Json::array();
  for (const LeftOutFigure& f : calibration.figures)
    figures.push_back({{"claim", f.figure.claim},
                       {"source", f.figure.source},
                       {"kind", name(f.figure.kind)},
                       {"published", number_json(f.figure.published)},
                       {"counts", f.counts},
                       {"known_median", number_json(f.known.median)},
                       {"known90", range_json(f.known.ninety)},
                       {"known50", range_json(f.known.fifty)},
                       {"in90", f.in_ninety},
                       {"in50", f.in_fifty},
                       {"informed_by", f.informed_by},
                       {"score", {{"known90", f.score}, {"priors", f.prior_score}, {"plain", f.plain_score}}}});
  Json sources = Json::array();
  for (const Coverage& c : calibration.by_source)
    sources.push_back({{"source", c.source},
                       {"figures", c.figures},
                       {"in90", c.in_ninety},
                       {"in90_ci95", range_json(c.ninety)},
                       {"in50", c.in_fifty},
                       {"in50_ci95", range_json(c.fifty)}});
  return {{"figures", figures},
          {"sources", sources},
          {"score",
           {{"known90", calibration.score}, {"priors", calibration.prior_score}, {"plain", calibration.plain_score}}}};
}

}  // namespace ktlssim
