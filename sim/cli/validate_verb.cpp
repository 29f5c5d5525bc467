#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlopt.hpp>

#include "sim/cli/left_out_rows.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/json_file.hpp"
#include "sim/experiment/problems.hpp"
#include "sim/experiment/sensitivity.hpp"
#include "sim/experiment/validation.hpp"

namespace ktlssim {

namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 2> kFormats{"table", "json"};

constexpr HelpText kHelp{"ktlssim validate [CLAIM...] [options]",
                         "Holds what the model predicts against published measurements, and says which of "
                         "them parameters were fitted "
                         "to: those show nothing but that the fit worked. With CLAIM, only these, with their "
                         "sources and reasons. Exit "
                         "status: 0 every verdict is the expected one, known failures included, 1 one "
                         "changed or a run failed, 2 the "
                         "command line or the suite is wrong.",
                         "  ktlssim validate\n"
                         "  ktlssim validate d31665-qat-gain\n"
                         "  ktlssim validate --replications 10 --format json\n"};

std::string_view kind(const Claim& claim) { return claim.fitted.empty() ? "predicted" : "fitted"; }

std::string verdict(const ClaimOutcome& outcome) {
  if (!outcome.failure.empty()) return "failed";
  return std::string(kVerdictNames[static_cast<std::size_t>(outcome.verdict)]);
}

// Three significant digits are what was published.
std::string short_number(double value) { return fmt::format("{:.3g}", value); }

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
  return fmt::format("{:<28}{:>8}{:>10}{:>8}{:>9}{:>10}{:>7}\n", fit(claim.name, 28), published_text(claim),
                     known ? short_number(outcome.predicted.mean) : "-",
                     known ? half_width(outcome.predicted) : "-", known ? error_text(outcome) : "-",
                     kind(claim), verdict(outcome));
}

std::string remark(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  if (!outcome.failure.empty())
    return wrap(fmt::format("{}: a run failed: {}", claim.name, plain(outcome.failure)), kColumns);
  if (!outcome.as_expected())
    return wrap(fmt::format("{}: CHANGED: {} was expected", claim.name,
                            kVerdictNames[static_cast<std::size_t>(claim.expected)]),
                kColumns);
  if (outcome.verdict == Verdict::met) return {};
  return wrap(fmt::format("{}: known: {}", claim.name, plain(claim.explanation)), kColumns);
}

std::string table(const Suite& suite, const ValidationRun& run) {
  std::string text = fmt::format("{:<28}{:>8}{:>10}{:>8}{:>9}{:>10}{:>7}\n", "claim", "publ.", "predicted",
                                 "+-", "error", "", "");
  std::string remarks;
  std::size_t met = 0;
  std::size_t changed = 0;
  for (const ClaimOutcome& outcome : run.outcomes) {
    text += row(outcome);
    remarks += remark(outcome);
    met += outcome.verdict == Verdict::met;
    changed += !outcome.as_expected();
  }
  if (!remarks.empty()) text += '\n' + remarks;
  text += "\nNot simulated:\n";
  for (const NotSimulated& item : suite.not_simulated)
    text +=
        wrap(fmt::format("{} ({}): {}", plain(item.claim), plain(item.source), plain(item.why)), kColumns);
  const auto predicted =
      std::count_if(run.outcomes.begin(), run.outcomes.end(),
                    [](const ClaimOutcome& outcome) { return outcome.claim.fitted.empty(); });
  const auto predicted_met =
      std::count_if(run.outcomes.begin(), run.outcomes.end(), [](const ClaimOutcome& outcome) {
        return outcome.claim.fitted.empty() && outcome.verdict == Verdict::met;
      });
  return text + '\n' +
         wrap(fmt::format("{} of {} claims met, {} of {} that nothing was fitted to; {} verdicts changed",
                          met, run.outcomes.size(), predicted_met, predicted, changed),
              kColumns);
}

std::string settings_text(const Variant& variant) {
  std::string text = variant.scenario.filename().string();
  for (const std::string& set : variant.sets) text += " --set " + set;
  return text;
}

std::string details(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  const auto line = [](std::string_view key, const std::string& value) {
    return value.empty() ? std::string() : wrap(fmt::format("{}: {}", key, plain(value)), kColumns, 2);
  };
  const std::string tolerance = claim.relation == Relation::below ? "none"
                                : claim.tolerance_percent > 0 ? fmt::format("{:g} %", claim.tolerance_percent)
                                                              : fmt::format("{:g}", claim.tolerance);
  std::string text = row(outcome) + line("claim", claim.claim) + line("source", claim.source) +
                     line("scenario", settings_text(claim.variant));
  if (claim.against)
    text += line(fmt::format("{} to", kComparisonNames[static_cast<std::size_t>(claim.comparison)]),
                 settings_text(*claim.against));
  text += line("metric", fmt::format("{} ({})", claim.metric, outcome.predicted.unit)) +
          line("tolerance", fmt::format("{}: {}", tolerance, claim.reason)) + line("fitted", claim.fitted) +
          line("known failure", claim.explanation);
  if (!outcome.series.empty()) text += line("over", claim.series->pointer);
  for (const SeriesPoint& point : outcome.series)
    text += fmt::format("    {:<20}{:>10} +- {}\n", fit(point.value, 20), short_number(point.predicted.mean),
                        half_width(point.predicted));
  return outcome.as_expected() ? text : text + remark(outcome);
}

// Of the claim's own variant, where it compares two.
std::string leans(const Claim& claim, std::size_t replications, std::size_t jobs) {
  constexpr std::size_t kNamed = 3;
  const SensitivityRun run = sensitivity(claim.variant, 0.1, replications, jobs);
  if (run.interrupted || !run.failure.empty()) return "  leans on: not known\n";
  const bool cpu = claim.metric.starts_with("cpu");
  const auto elasticity = [cpu](const Sensitivity& s) { return cpu ? s.cpu.mean : s.throughput.mean; };
  std::vector<Sensitivity> strongest = run.parameters;
  std::stable_sort(strongest.begin(), strongest.end(), [&](const Sensitivity& a, const Sensitivity& b) {
    return std::abs(elasticity(a)) > std::abs(elasticity(b));
  });
  strongest.resize(std::min(kNamed, strongest.size()));
  std::string text;
  for (const Sensitivity& s : strongest)
    text += fmt::format("  leans on {} ({}), elasticity {:+.2f}\n", s.pointer,
                        s.confidence.empty() ? "scenario" : s.confidence, elasticity(s));
  return text;
}

std::vector<FitProblem> fits_beside(const std::filesystem::path& suite_file, const Suite& suite) {
  const std::filesystem::path directory = suite_file.parent_path() / "fits";
  std::vector<std::filesystem::path> fits;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().extension() == ".json") fits.push_back(entry.path());
  if (fits.empty())
    throw UsageError(fmt::format("--leave-one-out: no fits in {}", plain(directory.string())));
  std::sort(fits.begin(), fits.end());
  std::vector<FitProblem> problems;
  for (const std::filesystem::path& path : fits) problems.push_back(load_fit(path, suite));
  return problems;
}

Json estimate_json(const Estimate& estimate) {
  Json json{{"mean", estimate.mean}, {"unit", estimate.unit}, {"n", estimate.n}};
  json["ci95"] = estimate.spread == Spread::interval ? Json{estimate.lo, estimate.hi} : Json();
  return json;
}

Json outcome_json(const ClaimOutcome& outcome) {
  const Claim& claim = outcome.claim;
  Json json{{"name", claim.name},
            {"claim", claim.claim},
            {"source", claim.source},
            {"metric", claim.metric},
            {"comparison", kComparisonNames[static_cast<std::size_t>(claim.comparison)]},
            {"relation", kRelationNames[static_cast<std::size_t>(claim.relation)]},
            {"published", claim.published},
            {"tolerance", claim.allowed()},
            {"kind", kind(claim)},
            {"verdict", verdict(outcome)},
            {"expected", kVerdictNames[static_cast<std::size_t>(claim.expected)]},
            {"predicted", outcome.failure.empty() ? estimate_json(outcome.predicted) : Json()}};
  for (const auto& [key, text] :
       {std::pair{"fitted", &claim.fitted}, std::pair{"explanation", &claim.explanation},
        std::pair{"failure", &outcome.failure}})
    if (!text->empty()) json[key] = *text;
  for (const SeriesPoint& point : outcome.series)
    json["series"][claim.series->pointer][point.value] = estimate_json(point.predicted);
  return json;
}

Json json(const Suite& suite, const ValidationRun& run) {
  Json json{{"claims", Json::array()}, {"not_simulated", Json::array()}};
  for (const ClaimOutcome& outcome : run.outcomes) json["claims"].push_back(outcome_json(outcome));
  for (const NotSimulated& item : suite.not_simulated)
    json["not_simulated"].push_back({{"claim", item.claim}, {"source", item.source}, {"why", item.why}});
  return json;
}

std::vector<Claim> chosen(const Suite& suite, const std::vector<std::string>& names) {
  if (names.empty()) return suite.claims;
  std::vector<std::string> known;
  for (const Claim& claim : suite.claims) known.push_back(claim.name);
  std::vector<Claim> claims;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end())
      throw UsageError(fmt::format("no claim \"{}\" (there are: {}){}", name, fmt::join(known, ", "),
                                   did_you_mean(name, known)));
    claims.push_back(suite.claims[static_cast<std::size_t>(found - known.begin())]);
  }
  return claims;
}

po::options_description validate_options() {
  po::options_description options;
  auto add = options.add_options();
  add("replications", po::value<std::string>()->default_value("5")->value_name("N"),
      "simulate every variant N times");
  add("jobs,j", po::value<std::string>()->value_name("N"), "at most N at a time; by default one per CPU");
  add("leans", "also name the three parameters that each prediction leans on most; takes long");
  add("leave-one-out",
      "also leave each claim out of the fit that has it, of those in fits/ beside the suite; takes minutes");
  add("suite", po::value<std::string>()->value_name("FILE"), "another file of claims");
  add("format", po::value<std::string>()->default_value("table")->value_name("NAME"), "table or json");
  return options;
}

}  // namespace

int validate_verb(const Arguments& arguments) {
  constexpr std::int64_t kMaxReplications = 10000;
  const auto values = parse_options(arguments, validate_options(), kHelp);
  if (!values) return kExitDone;
  const bool as_json = choice_option("format", values->at("format").as<std::string>(), kFormats) == 1;
  const auto replications = static_cast<std::size_t>(
      integer_option("replications", values->at("replications").as<std::string>(), 1, kMaxReplications));
  const std::vector<std::string> names = operands(*values, 0, 1000, "CLAIM");
  const std::filesystem::path suite_file = values->contains("suite")
                                               ? std::filesystem::path(values->at("suite").as<std::string>())
                                               : default_suite();
  const Suite suite = load_suite(suite_file);
  std::vector<FitProblem> fits;
  if (values->contains("leave-one-out")) {
    if (as_json || !names.empty())
      throw UsageError("--leave-one-out goes with the table of all claims: no CLAIM, no --format json");
    fits = fits_beside(suite_file, suite);
  }
  const ValidationRun run =
      validate(chosen(suite, names), replications, jobs_option(*values), !names.empty());
  if (run.interrupted) {
    complain("interrupted");
    return kExitInterrupted;
  }
  if (as_json) {
    print(json_text(json(suite, run)));
  } else if (names.empty()) {
    print(table(suite, run));
    if (!fits.empty()) print('\n' + left_out_heads());
    try {
      for (const FitProblem& problem : fits)
        print(left_out_rows(leave_one_out(problem, replications, jobs_option(*values))));
    } catch (const nlopt::forced_stop&) {
      complain("interrupted");
      return kExitInterrupted;
    }
  } else {
    std::string text;
    for (const ClaimOutcome& outcome : run.outcomes) {
      text += details(outcome);
      if (values->contains("leans")) text += leans(outcome.claim, replications, jobs_option(*values));
    }
    print(text);
  }
  const bool as_expected = std::all_of(run.outcomes.begin(), run.outcomes.end(),
                                       [](const ClaimOutcome& outcome) { return outcome.as_expected(); });
  return as_expected ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
