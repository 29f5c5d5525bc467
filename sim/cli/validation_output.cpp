#include "sim/cli/validation_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/counted.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/text.hpp"

namespace ktlssim {

namespace {

std::string_view kind(const Claim& claim) { return claim.fitted.empty() ? "predicted" : "fitted"; }

std::string verdict(const ClaimOutcome& outcome) {
  if (!outcome.failure.empty()) return "failed";
  return std::string(name(outcome.verdict));
}

std::string published_text(const Claim& claim) {
  return (claim.relation == Relation::below ? "< " : "") + short_number(claim.published);
}

std::string error_text(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  if (claim.tolerance_percent > 0 || (claim.relation == Relation::below && claim.published > 0))
    return fmt::format("{:+.1f} %", 100 * outcome.error() / claim.published);
  return fmt::format("{:+.3g}", outcome.error());
}

std::string half_width(const Estimate& estimate) {
  return estimate.spread == Spread::interval ? fmt::format("{:.2g}", (estimate.hi - estimate.lo) / 2) : "-";
}

std::string row(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  const bool known = outcome.failure.empty();
  return fmt::format("{:<28}{:>8}{:>10}{:>8}{:>9}{:>10}{:>7}\n", shortened(claim.name, 28), published_text(claim),
                     known ? short_number(outcome.predicted.mean) : "-",
                     known ? half_width(outcome.predicted) : "-", known ? error_text(outcome) : "-",
                     kind(claim), verdict(outcome));
}

// What an ensemble leaves of a claim; null where it does not have it.
const LeftOutFigure* left_out_of(const ClaimOutcome& outcome, const KnownClaims& known) {
  const auto found = known.find(outcome.claim.name);
  return found == known.end() || !std::isfinite(found->second.known.median) ? nullptr : &found->second;
}

// In at most so many letters, if two digits do.
std::string range_within(const KnownRange& range, std::size_t width) {
  const std::string text = range_text(range);
  return text.size() <= width ? text : fmt::format("{:.2g} to {:.2g}", range.lo, range.hi);
}

std::string row(const ClaimOutcome& outcome, const KnownClaims& known) {
  constexpr std::size_t kRange = 15;
  const Claim& claim = outcome.claim;
  const bool predicted = outcome.failure.empty();
  const LeftOutFigure* const left_out = left_out_of(outcome, known);
  return fmt::format("{:<24}{:>7}{:>8}{:>8}{:>16}{:>10}{:>7}\n", shortened(claim.name, 24), published_text(claim),
                     predicted ? short_number(outcome.predicted.mean) : "-",
                     predicted ? half_width(outcome.predicted) : "-",
                     left_out != nullptr ? range_within(left_out->known.ninety, kRange) : "-", kind(claim), verdict(outcome));
}

std::string open_sign_text(const LeftOutFigure& left_out) {
  return fmt::format("NOT KNOWN which has more: {} (90 %)", range_text(left_out.known.ninety));
}

// What the column of intervals is, and what is not settled by it.
std::string known_remarks(const ValidationRun& run, const KnownClaims& known) {
  std::size_t counted = 0;
  std::size_t within = 0;
  std::vector<std::string> outside;
  std::string signs;
  for (const ClaimOutcome& outcome : run.outcomes) {
    const LeftOutFigure* const left_out = left_out_of(outcome, known);
    if (left_out == nullptr) continue;
    if (leaves_sign_open(*left_out)) signs += wrap(fmt::format("{}: {}", plain(outcome.claim.name), open_sign_text(*left_out)), columns());
    if (!left_out->counts) continue;
    ++counted;
    within += left_out->in_ninety;
    if (!left_out->in_ninety) outside.push_back(plain(outcome.claim.name));
  }
  std::string text = fmt::format(
      "not known: where 90 % of the ensemble's machines are, with the model's discrepancy, without the claim's own source and "
      "its machine; of {}, neither limits nor of no difference, {} {} within", ktlssim::counted(counted, "figure"), within,
      are(within));
  if (!outside.empty()) text += fmt::format(", not {}", fmt::join(outside, ", "));
  return wrap(text, columns()) + signs;
}

std::string remark(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  if (!outcome.failure.empty())
    return wrap(fmt::format("{}: a run failed: {}", claim.name, plain(outcome.failure)), columns());
  if (!outcome.as_expected())
    return wrap(fmt::format("{}: CHANGED: {} was expected", claim.name,
                            name(claim.expected)),
                columns());
  if (outcome.verdict == Verdict::met) return {};
  return wrap(fmt::format("{}: known: {}", claim.name, plain(claim.explanation)), columns());
}

const std::vector<Influence>& leans_of(const Claim& claim, const Influences& influences) {
  static const std::vector<Influence> none;
  const auto found = influences.find(claim.name);
  return found == influences.end() ? none : found->second;
}

std::string lean_lines(const Claim& claim, const Influences& influences) {
  std::string text;
  for (const Influence& influence : leans_of(claim, influences))
    text += wrap(fmt::format("leans on {} ({}): {:+.2g} for 10 % more", plain(influence.pointer),
                             influence.confidence.empty() ? "scenario" : influence.confidence, influence.change),
                 columns(), 2);
  return text;
}

std::string prediction_line(const std::string& of, const Judged& judged) {
  if (!judged.failure.empty())
    return fmt::format("    {:<20}{:>10}\n", shortened(of, 20), "failed") + wrap(plain(judged.failure), columns(), 6);
  return fmt::format("    {:<20}{:>10} +- {:<10}{:>7}\n", shortened(of, 20), short_number(judged.predicted.mean),
                     half_width(judged.predicted), name(judged.verdict));
}

std::string point_line(const SeriesPoint& point) { return prediction_line(point.value, point); }

std::string mechanism_lines(const ClaimOutcome& outcome) {
  std::string text;
  for (const MechanismOutcome& each : outcome.mechanisms) {
    text += wrap(fmt::format("{} (--set {})", plain(each.mechanism.words), fmt::join(each.mechanism.sets, " --set ")), columns(), 2);
    text += prediction_line("with it", each);
    if (each.failure.empty() && !outcome.is_supported_by(each))
      text += wrap(fmt::format("{}: NOT SUPPORTED: no nearer with it", outcome.claim.name), columns(), 4);
  }
  return text;
}

std::string summary(const ValidationRun& run) {
  const auto count = [&run](auto of) { return std::ranges::count_if(run.outcomes, of); };
  const auto met = [](const ClaimOutcome& o) { return o.verdict == Verdict::met; };
  const auto predicted = [](const ClaimOutcome& o) { return o.claim.fitted.empty(); };
  return wrap(
      fmt::format("{} of {} met, {} of {} that nothing was fitted to; {} changed", count(met),
                  counted(run.outcomes.size(), "claim"), count([&](const ClaimOutcome& o) { return met(o) && predicted(o); }),
                  count(predicted), counted(count([](const ClaimOutcome& o) { return !o.as_expected(); }), "verdict")),
      columns());
}

std::string rows_line(const Suite& suite) {
  if (suite.rows.empty()) return {};
  const std::size_t simulated = suite.simulated_rows();
  const std::size_t left = suite.rows.size() - simulated;
  return wrap(fmt::format("{} of published figures: {} {} simulated, {} {} not (--rows lists them, "
                          "and why)",
                          counted(suite.rows.size(), "row"), simulated, are(simulated), left, are(left)),
              columns());
}

std::string row_lines(const PublishedRow& row) {
  return wrap(plain(row.row), columns(), 2) + wrap(row.claims.empty()
                                                      ? "not simulated: " + plain(row.why)
                                                      : fmt::format("{}", fmt::join(row.claims, ", ")),
                                                  columns(), 6);
}

std::string settings_text(const Variant& variant) {
  std::string text = variant.scenario.filename().string();
  for (const std::string& set : variant.sets) text += " --set " + set;
  return text;
}

Json row_json(const PublishedRow& row) {
  Json json{{"section", row.section}, {"row", row.row}};
  if (row.claims.empty())
    json["why"] = row.why;
  else
    json["claims"] = row.claims;
  return json;
}

Json prediction_json(const Judged& judged) {
  if (!judged.failure.empty()) return Json();
  const Estimate& estimate = judged.predicted;
  Json json{{"mean", estimate.mean}, {"unit", estimate.unit}, {"n", estimate.n}};
  json["ci95"] = estimate.spread == Spread::interval ? Json{estimate.lo, estimate.hi} : Json();
  return json;
}

Json outcome_json(const ClaimOutcome& outcome, const std::vector<Influence>& influences) {
  const Claim& claim = outcome.claim;
  Json json{{"name", claim.name},
            {"claim", claim.claim},
            {"source", claim.source},
            {"metric", claim.metric},
            {"comparison", name(claim.comparison)},
            {"relation", name(claim.relation)},
            {"published", claim.published},
            {"tolerance", claim.allowed()},
            {"kind", kind(claim)},
            {"verdict", verdict(outcome)},
            {"expected", name(claim.expected)},
            {"predicted", prediction_json(outcome)}};
  for (const auto& [key, text] :
       {std::pair{"kernel", &claim.kernel}, std::pair{"fitted", &claim.fitted}, std::pair{"explanation", &claim.explanation},
        std::pair{"failure", &outcome.failure}})
    if (!text->empty()) json[key] = *text;
  for (const SeriesPoint& point : outcome.series)
    json[point.unstated ? "unstated" : "series"][point.pointer][point.value] = prediction_json(point);
  for (const MechanismOutcome& each : outcome.mechanisms)
    json["mechanisms"].push_back({{"words", each.mechanism.words},
                                  {"set", each.mechanism.sets},
                                  {"predicted", prediction_json(each)},
                                  {"supports", outcome.is_supported_by(each)}});
  for (const Influence& influence : influences)
    json["leans_on"].push_back({{"pointer", influence.pointer},
                                {"confidence", influence.confidence.empty() ? Json() : Json(influence.confidence)},
                                {"change", influence.change}});
  return json;
}

}  // namespace

std::string claim_details(const ClaimOutcome& outcome, const Influences& influences, const KnownClaims& known) {
  const Claim& claim = outcome.claim;
  const auto line = [](std::string_view key, const std::string& value) {
    return value.empty() ? std::string() : wrap(fmt::format("{}: {}", key, plain(value)), columns(), 2);
  };
  const std::string tolerance = claim.relation == Relation::below ? "none"
                                : claim.tolerance_percent > 0 ? fmt::format("{:g} %", claim.tolerance_percent)
                                                              : fmt::format("{:g}", claim.tolerance);
  std::string text = row(outcome) + line("claim", claim.claim) + line("source", claim.source) + line("kernel", claim.kernel) +
                     line("scenario", settings_text(claim.variant));
  if (claim.against)
    text += line(fmt::format("{} to", name(claim.comparison)),
                 settings_text(*claim.against));
  text += line("metric", fmt::format("{} ({})", claim.metric, outcome.predicted.unit)) +
          line("tolerance", fmt::format("{}: {}", tolerance, claim.reason)) + line("fitted", claim.fitted) +
          line("known failure", claim.explanation);
  if (const LeftOutFigure* const left_out = left_out_of(outcome, known); left_out != nullptr) {
    text += line("not known", range_text(left_out->known.ninety) + " (90 %), without this source and its machine");
    if (leaves_sign_open(*left_out)) text += wrap(open_sign_text(*left_out), columns(), 2);
  }
  std::string over;
  for (const SeriesPoint& point : outcome.series) {
    if (point.pointer != over)
      text += line(point.unstated ? "not stated by the source" : "over", point.pointer);
    over = point.pointer;
    text += point_line(point);
  }
  text += mechanism_lines(outcome);
  text += lean_lines(claim, influences);
  return outcome.as_expected() ? text : text + remark(outcome);
}

std::string claim_table(const Suite& suite, const ValidationRun& run, const Influences& influences,
                        const KnownClaims& known) {
  std::string text = known.empty() ? fmt::format("{:<28}{:>8}{:>10}{:>8}{:>9}{:>10}{:>7}\n", "claim", "publ.", "predicted",
                                                 "+-", "error", "", "")
                                   : fmt::format("{:<24}{:>7}{:>8}{:>8}{:>16}{:>10}{:>7}\n", "claim", "publ.", "model", "+-",
                                                 "not known, 90 %", "", "");
  std::string remarks;
  std::string leaning;
  for (const ClaimOutcome& outcome : run.outcomes) {
    text += known.empty() ? row(outcome) : row(outcome, known);
    remarks += remark(outcome);
    const std::string lines = lean_lines(outcome.claim, influences);
    if (!lines.empty()) leaning += plain(outcome.claim.name) + '\n' + lines;
  }
  if (!known.empty()) text += '\n' + known_remarks(run, known);
  if (!remarks.empty()) text += '\n' + remarks;
  if (!leaning.empty()) text += "\nWhat each leans on most, and the change of its prediction:\n" + leaning;
  return text + '\n' + rows_line(suite) + summary(run);
}

std::string rows_table(const Suite& suite) {
  std::string text;
  std::string section;
  for (const PublishedRow& row : suite.rows) {
    if (row.section != section) text += (text.empty() ? "" : "\n") + wrap(plain(row.section), columns());
    section = row.section;
    text += row_lines(row);
  }
  return text + '\n' + rows_line(suite);
}

std::string unstated_table(const ValidationRun& run) {
  std::string text;
  for (const ClaimOutcome& outcome : run.outcomes) {
    const bool any = std::ranges::any_of(outcome.series, &SeriesPoint::unstated);
    if (any) text += row(outcome);
    for (const SeriesPoint& point : outcome.series)
      if (point.unstated) text += fmt::format("  {}\n", shortened(point.pointer, 70)) + point_line(point);
    for (const SeriesPoint& point : outcome.chosen_points())
      text += wrap(fmt::format("{}: no prediction: {} = {} changes its verdict", outcome.claim.name,
                               point.pointer, point.value),
                   columns());
  }
  return text;
}

std::string mechanisms_table(const ValidationRun& run) {
  std::string text;
  for (const ClaimOutcome& outcome : run.outcomes)
    if (!outcome.mechanisms.empty()) text += row(outcome) + mechanism_lines(outcome);
  return text;
}

Json validation_json(const Suite& suite, const ValidationRun& run, const Influences& influences,
                     const KnownClaims& known) {
  Json json{{"claims", Json::array()}, {"rows", Json::array()}};
  for (const ClaimOutcome& outcome : run.outcomes) {
    json["claims"].push_back(outcome_json(outcome, leans_of(outcome.claim, influences)));
    const auto found = known.find(outcome.claim.name);
    if (found == known.end()) continue;
    put_known(json["claims"].back(), found->second.known);
    if (outcome.claim.against) json["claims"].back()["settled"] = !leaves_sign_open(found->second);
  }
  for (const PublishedRow& row : suite.rows) json["rows"].push_back(row_json(row));
  return json;
}

}  // namespace ktlssim
