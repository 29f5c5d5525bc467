#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlopt.hpp>
#include <set>

#include "sim/cli/left_out_rows.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/known_option.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/validation_output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kValidateHelp{"ktlssim validate [CLAIM...] [options]",
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

// Found anew, or read. Nothing if interrupted.
std::optional<Influences> influences_for(const Values& values, const std::filesystem::path& suite_file,
                                         const Suite& suite, const std::vector<Claim>& claims,
                                         std::size_t replications, const Pool& pool, Progress& progress) {
  const std::filesystem::path path = influences_file(suite_file);
  Influences influences = load_influences(path, suite);
  if (!values.given("influences")) return influences;
  InfluenceRun run = find_influences(claims, replications, pool);
  progress.end();
  if (run.interrupted) return std::nullopt;
  for (auto& [claim, found] : run.influences) influences[claim] = std::move(found);
  if (values.given("write")) {
    OutputDirectory(path.parent_path()).write(path.filename().string(), json_text(influences_json(influences)));
    complain(fmt::format("wrote {}", path.string()));
  }
  return influences;
}

bool is_of(const PublishedFigure& figure, const Claim& claim) {
  return figure.claim == claim.name && figure.source == claim.source && figure.metric == claim.metric;
}

// Of the claims that the ensemble was made of; nothing is simulated.
KnownClaims known_claims(const Values& values, const std::vector<Claim>& claims) {
  KnownClaims known;
  const EnsembleOption ensemble(values);
  if (!ensemble.wanted() || ensemble.evidence().file().figures.empty()) return known;
  for (const LeftOutFigure& figure : calibrate_intervals(ensemble.evidence()).figures)
    if (std::ranges::any_of(claims, [&](const Claim& claim) { return is_of(figure.figure, claim); }))
      known.emplace(figure.figure.claim, figure);
  return known;
}

// The table of all claims once more, each without itself; those of the fits come first, as they are done.
void print_left_out(const ValidationRun& run, const std::vector<FitProblem>& fits, std::size_t replications,
                    const Pool& pool, Progress& progress) {
  print_table('\n' + left_out_heads());
  std::set<std::string> done;
  for (const FitProblem& problem : fits) {
    const std::vector<LeftOut> left_out = leave_one_out(problem, replications, pool);
    progress.end();
    print_table(left_out_rows(left_out));
    for (const Claim& claim : problem.claims) done.insert(claim.name);
  }
  std::string others;
  for (const ClaimOutcome& outcome : run.outcomes)
    if (outcome.failure.empty() && !done.contains(outcome.claim.name)) others += unfitted_row(outcome);
  if (!others.empty()) print_table("\nIn no fit, so that to leave them out changes nothing:\n" + others);
}

int interrupted(Progress& progress) {
  progress.end();
  complain("interrupted");
  return kExitInterrupted;
}

bool is_as_expected(const ClaimOutcome& outcome) { return outcome.as_expected(); }
bool is_supported(const ClaimOutcome& outcome) {
  return std::ranges::all_of(outcome.mechanisms, [&](const MechanismOutcome& each) { return outcome.is_supported_by(each); });
}
bool is_robust(const ClaimOutcome& outcome) { return outcome.chosen_points().empty(); }

}  // namespace

Options validate_options() {
  Options options(kValidateHelp, {"CLAIM", 0, Operands::kAny});
  add_replications(options, 5, "simulate every variant N times");
  add_pool(options);
  options.flag("influences",
               "find the three parameters that each prediction leans on most anew, rather than read influences.json "
               "beside the suite; takes minutes");
  options.flag("write", "with --influences: write influences.json");
  options.flag("rows",
               "list what was published, with the claims that simulate it or why none does; simulates nothing");
  options.flag("unstated",
               "instead, simulate what the sources do not state: does any prediction's verdict hang on it?");
  options.flag("explanations",
               "instead, simulate the mechanisms that explain why claims are missed: is the prediction nearer with each?");
  options.flag("leave-one-out",
               "also leave each claim out of the fit that has it, of those in fits/ beside the suite; takes minutes");
  options.flag("live",
               "instead, run the twin and hold predictions against it: ktlssim twin, where its options are");
  add_suite(options);
  add_ensemble(options);
  add_format(options);
  return options;
}

int validate_verb(const Values& values) {
  if (values.given("live")) return twin_verb(*parse(twin_options(), {{}, values.command_line()}));
  const bool json_wanted = as_json(values);
  const std::size_t replications = values.count("replications");
  const Texts& names = values.operands();
  const std::filesystem::path suite_file = suite_option(values);
  const Suite suite = load_suite(suite_file);
  const std::vector<Claim> claims = chosen(suite, names);
  if (values.given("write") && !values.given("influences")) throw UsageError("--write goes with --influences");
  if (values.given("rows")) {
    print_table(json_wanted ? json_of_verb("validate", {{"rows", validation_json(suite, {}, {}).at("rows")}}) : rows_table(suite));
    return kExitDone;
  }
  std::vector<FitProblem> fits;
  if (values.given("leave-one-out")) {
    if (json_wanted || !names.empty())
      throw UsageError("--leave-one-out goes with the table of all claims: no CLAIM, no --format json");
    fits = fits_beside(suite_file, suite);
  }
  const bool unstated = values.given("unstated");
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  const std::optional<Influences> influences =
      influences_for(values, suite_file, suite, claims, replications, pool, progress);
  if (!influences) return interrupted(progress);
  const bool explanations = values.given("explanations");
  const ValidationRun run = validate(claims, replications, pool,
                                     {.series = unstated || (!names.empty() && !explanations), .mechanisms = explanations || !names.empty()});
  progress.end();
  if (run.interrupted) return interrupted(progress);
  if (json_wanted) {
    print_json("validate", validation_json(suite, run, *influences, known_claims(values, claims)));
  } else if (unstated) {
    print_table(unstated_table(run));
  } else if (explanations) {
    print_table(mechanisms_table(run));
  } else if (names.empty()) {
    print_table(claim_table(suite, run, *influences, known_claims(values, claims)));
    try {
      if (!fits.empty()) print_left_out(run, fits, replications, pool, progress);
    } catch (const nlopt::forced_stop&) {
      return interrupted(progress);
    }
  } else {
    const KnownClaims known = known_claims(values, claims);
    for (const ClaimOutcome& outcome : run.outcomes) print_table(claim_details(outcome, *influences, known));
  }
  const bool sound = std::ranges::all_of(run.outcomes, is_as_expected) && std::ranges::all_of(run.outcomes, is_supported) &&
                     (!unstated || std::ranges::all_of(run.outcomes, is_robust));
  return sound ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
