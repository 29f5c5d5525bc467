#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlopt.hpp>

#include "sim/cli/left_out_rows.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/fit/fit.hpp"
#include "sim/experiment/fit/fitted_profiles.hpp"
#include "sim/experiment/fit/leave_one_out.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

constexpr double kSame =
    0.03;  // relative difference to the profiles that the scatter of few replications explains

constexpr HelpText kFitHelp{"ktlssim fit FILE... [options]",
                         "Fits the parameters that each FILE names, within its bounds, to claims of the "
                         "validation suite, and prints residuals, "
                         "and for each parameter the interval that the tolerances of the claims leave it. "
                         "Compares with the values in the "
                         "profiles. Exit status: 0 the fit meets its claims, 1 it misses one, a run failed, or with "
                         "--check the profiles hold other values (not within 3 % or half the interval), 2 the "
                         "command line or FILE is wrong.",
                         "  ktlssim fit scenarios/validation/fits/ccr-t6.json\n"
                         "  ktlssim fit scenarios/validation/fits/*.json --leave-one-out\n"
                         "  ktlssim fit scenarios/validation/fits/servers.json --replications 5 -j 8\n"
                         "  ktlssim fit scenarios/validation/fits/ccr-t6.json --out mine\n"};

// Nothing to compare where the claims do not tell.
bool in_profile(const FittedParameter& p) {
  if (!p.identified()) return true;
  const double difference = std::abs(p.value - p.committed);
  return difference <= std::max(kSame * p.value, *p.half_width / 2);
}

std::string table(const FitProblem& problem, const FitResult& result) {
  std::string text = wrap(plain(problem.description), columns()) +
                     fmt::format("\n{:<26}{:>10}{:>10}{:>9}{:>10}{:>14}\n", "parameter", "fitted", "profile",
                                 "+-", "min", "max");
  for (const FittedParameter& p : result.parameters) {
    text +=
        fmt::format("{:<26}{:>10}{:>10}{:>9}{:>10}{:>14}\n", shortened(p.parameter.name, 26), number_text(p.value),
                    number_text(p.committed), p.half_width ? fmt::format("{:.2g}", *p.half_width) : "-",
                    number_text(p.parameter.min), number_text(p.parameter.max));
    if (!p.identified()) text += "  unidentifiable: the claims leave it anywhere within its bounds\n";
    if (!in_profile(p)) text += "  the profile holds another value\n";
  }
  text += fmt::format("\n{:<36}{:>14}{:>14}{:>14}\n", "claim", "published", "predicted", "tolerance");
  for (const FittedClaim& c : result.claims)
    text += fmt::format("{:<36}{:>14}{:>14}{:>14}\n", shortened(c.claim.name, 36), number_text(c.claim.published),
                        number_text(c.predicted), number_text(c.claim.allowed()));
  return text + fmt::format("\n{} evaluations; sum of squared errors {:.2g} tolerances\n", result.evaluations,
                            result.objective);
}

Json json(const FitResult& result) {
  Json parameters = Json::array();
  for (const FittedParameter& p : result.parameters)
    parameters.push_back({{"name", p.parameter.name},
                          {"pointers", p.parameter.pointers},
                          {"value", p.value},
                          {"profile", p.committed},
                          {"half_width", p.half_width ? Json(*p.half_width) : Json()},
                          {"identified", p.identified()},
                          {"in_profile", in_profile(p)}});
  Json claims = Json::array();
  for (const FittedClaim& c : result.claims)
    claims.push_back({{"name", c.claim.name},
                      {"published", c.claim.published},
                      {"predicted", c.predicted},
                      {"tolerance", c.claim.allowed()}});
  return {{"parameters", std::move(parameters)},
          {"claims", std::move(claims)},
          {"objective", result.objective},
          {"evaluations", result.evaluations}};
}

Json json(const std::vector<LeftOut>& all) {
  Json claims = Json::array();
  for (const LeftOut& left : all)
    claims.push_back({{"name", left.claim.name},
                      {"published", left.claim.published},
                      {"left_out", {number_json(left.lo), number_json(left.hi)}},
                      {"failed_places", left.failed_places}});
  return {{"claims", std::move(claims)}};
}

void write_profiles(const std::map<std::filesystem::path, std::string>& files) {
  for (const auto& [path, text] : files) {
    OutputDirectory(path.parent_path()).write(path.filename().string(), text);
    complain(fmt::format("wrote {}", path.string()));
  }
}

}  // namespace

Options fit_options() {
  Options options(kFitHelp, {"FILE", 1, Operands::kAny});
  add_replications(options, 3, "simulate every variant N times");
  add_suite(options);
  add_pool(options);
  options.flag("leave-one-out", "instead, leave out each claim in turn: what the others leave of its prediction");
  options.flag("write", "write the fitted values, with what they were fitted to, into the profiles");
  add_out(options, "the same, but the profiles with them go to DIR/profiles");
  options.flag("force", "write over profiles that come with the simulator");
  options.flag("check", "exit status 1 where the profiles hold other values");
  add_format(options);
  return options;
}

int fit_verb(const Values& values) {
  const bool json_wanted = as_json(values);
  const std::size_t replications = values.count("replications");
  const Suite suite = load_suite(suite_option(values));
  std::vector<FitProblem> problems;
  for (const std::string& path : values.operands()) problems.push_back(load_fit(path, suite));
  const bool write = values.given("write") || values.given("out");
  if (!write) refuse_given(values, {"force"}, "without --write or --out");
  const FittedProfilesPlace place{values.optional_text("out"), values.given("force")};
  if (write)
    for (const FitProblem& problem : problems) check_place(places_in_profiles(problem), place);
  std::map<std::filesystem::path, std::string> written;
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  bool good = true;
  try {
    for (const FitProblem& problem : problems) {
      if (&problem != &problems.front()) print("\n");
      if (values.given("leave-one-out")) {
        const std::vector<LeftOut> all = leave_one_out(problem, replications, pool);
        progress.end();
        print_table(json_wanted ? json_of_verb("fit", json(all))
                      : wrap(plain(problem.description), columns()) + '\n' + left_out_heads() +
                            left_out_rows(all));
        continue;
      }
      const FitResult result = fit(problem, replications, pool);
      progress.end();
      if (write) {  // now: the fits that follow begin there
        add_fitted(result.profile_values, place, written);
        write_profiles(written);
      }
      print_table(json_wanted ? json_of_verb("fit", json(result)) : table(problem, result));
      good = good && result.meets_claims() &&
             (!values.given("check") || std::ranges::all_of(result.parameters, in_profile));
    }
  } catch (const nlopt::forced_stop&) {
    progress.end();
    complain("interrupted");
    return kExitInterrupted;
  }
  return good ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
