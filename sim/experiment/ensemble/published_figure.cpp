#include "sim/experiment/ensemble/published_figure.hpp"

#include <cmath>
#include <set>

#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/input/scenario_file.hpp"

namespace ktlssim {

namespace {

FigureKind kind_of(const Claim& claim) {
  if (claim.comparison == Comparison::ratio) return FigureKind::ratio;
  if (claim.comparison == Comparison::difference) return FigureKind::difference;
  return kind_of_metric(claim.metric);
}

}  // namespace

FigureKind kind_of_metric(std::string_view metric) {
  if (metric.starts_with("throughput_gbps") || metric == "records_per_second" || metric == "memory_gbytes_per_s")
    return FigureKind::throughput;
  if (metric == "cpu_percent" || metric == "cpu_us_per_record") return FigureKind::cpu;
  return FigureKind::other;
}

double PublishedFigure::scaled(double value) const {
  return kind == FigureKind::difference ? value : std::log(value);
}

double PublishedFigure::unscaled(double value) const {
  return kind == FigureKind::difference ? value : std::exp(value);
}

std::string PublishedFigure::machine() const {
  const std::size_t comma = source.rfind(", ");
  return comma == std::string::npos ? source : source.substr(comma + 2);
}

PublishedFigure published_figure(const Claim& claim) {
  const Scenario scenario = load_scenario(claim.variant.scenario, claim.variant.sets);
  std::set<std::string> profiles;
  for (const InexactValue& value : inexact_values(scenario)) profiles.insert(value.profile);
  if (claim.against)
    for (const InexactValue& value : inexact_values(load_scenario(claim.against->scenario, claim.against->sets)))
      profiles.insert(value.profile);
  PublishedFigure figure{.claim = claim.name,
                         .source = claim.source,
                         .scenario = scenario.name,
                         .metric = claim.metric,
                         .kind = kind_of(claim),
                         .limit = claim.relation == Relation::below,
                         .nothing = false,
                         .missed = claim.expected == Verdict::missed,
                         .published = claim.published,
                         .sd = 0,
                         .dice = 0,
                         .plain = 0,
                         .profiles = {profiles.begin(), profiles.end()}};
  figure.nothing = (figure.kind == FigureKind::ratio && claim.published == 1) ||
                   (figure.kind == FigureKind::difference && claim.published == 0);
  if (figure.limit) return figure;
  // A suite's tolerance, which has its reason, holds how the source rounds and repeats: two standard deviations.
  const double sd = claim.allowed() / 2;
  figure.sd = figure.kind == FigureKind::difference ? sd : sd / claim.published;
  return figure;
}

}  // namespace ktlssim
