#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "sim/cli/calibration_output.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/ensemble/suite_figures.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kEnsembleHelp{
    "ktlssim ensemble [FILE] [options]",
    "Draws machines from the ranges that profiles state, simulates every published claim on each, and keeps all of them "
    "with their figures; then says which families of machines the figures leave how many of. With FILE, an ensemble "
    "that is there, nothing is simulated. Exit status: 0 done, 1 a run failed, 2 the command line or an input is wrong.",
    "  ktlssim ensemble --priors\n"
    "  ktlssim ensemble --out scenarios/validation/ensemble.json\n"
    "  ktlssim ensemble scenarios/validation/ensemble.json --calibration\n"};

constexpr std::size_t kWave = 64;           // draws after which the file is written
constexpr std::size_t kReplications = 8;    // that tell the dice of a figure
constexpr std::int64_t kDraws = 512;

std::string priors_text(const Priors& priors) {
  std::string text;
  for (const auto& [profile, values] : priors) {
    text += profile + '\n';
    for (const auto& [place, prior] : values) text += fmt::format("  {:<38} {}\n", shortened(place, 38), shortened(prior, 38));
  }
  return text;
}

EnsembleFile begin(const Suite& suite, const SuiteFigures& figures, const std::string& command) {
  EnsembleFile file;
  file.version = build_info().version;
  file.command = command;
  file.priors = figures.priors();
  for (std::size_t c = 0; c < suite.claims.size(); ++c) {
    file.figures.push_back(published_figure(suite.claims[c]));
    file.figures.back().dice = figures.dice()[c];
    file.figures.back().plain = figures.plain()[c];
  }
  return file;
}

// Draws of an earlier run of the same making stay.
void take_up(EnsembleFile& file, const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return;
  EnsembleFile earlier = load_ensemble(path);
  if (!earlier.same_making(file)) {
    complain(fmt::format("{}: other claims or ranges: begun anew", plain(path.string())));
    return;
  }
  file.draws = std::move(earlier.draws);
  complain(fmt::format("{} draws are there", file.draws.size()));
}

// The sets of profiles that claims are about.
std::vector<std::vector<std::string>> families(const EnsembleFile& file) {
  std::vector<std::vector<std::string>> all;
  for (const PublishedFigure& figure : file.figures)
    if (!figure.profiles.empty() && std::ranges::find(all, figure.profiles) == all.end()) all.push_back(figure.profiles);
  return all;
}

std::string family_name(const std::vector<std::string>& profiles) {
  std::string text;
  for (const std::string& profile : profiles)
    text += (text.empty() ? "" : " + ") + profile.substr(profile.find(' ') + 1);
  return text;
}

std::string family_lines(const Evidence& evidence, const Discrepancies& discrepancies) {
  std::string text = fmt::format("{:<44}{:>8}{:>10}{:>11}\n", "machines", "figures", "left", "effective");
  std::string remarks;
  for (const std::vector<std::string>& profiles : families(evidence.file())) {
    const Weights w = evidence.weigh(profiles, discrepancies);
    text += fmt::format("{:<44}{:>8}{:>8.1f} %{:>11.0f}\n", shortened(family_name(profiles), 44), w.informed_by.size(),
                        100 * w.left, w.effective);
    if (!w.out_of_reach.empty())
      remarks += wrap(fmt::format("{}: no draw comes near {}", family_name(profiles), fmt::join(w.out_of_reach, ", ")),
                      columns());
    if (w.empty)
      remarks += wrap(fmt::format("{}: EMPTY: no draw meets all {} figures; without any one of {} some do",
                                  family_name(profiles), w.informed_by.size(),
                                  w.conflicting.empty() ? "them none does, nor" : fmt::format("{}", fmt::join(w.conflicting, ", "))),
                      columns());
  }
  return text + (remarks.empty() ? "" : '\n' + remarks);
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

void publish(EnsembleFile& file, const Texts& figures) {
  for (const std::string& text : figures) {
    const std::size_t equals = text.find('=');
    const auto found = std::ranges::find(file.figures, text.substr(0, equals), &PublishedFigure::claim);
    char* end = nullptr;
    const double value = equals == std::string::npos ? 0 : std::strtod(text.c_str() + equals + 1, &end);
    if (found == file.figures.end() || end == nullptr || *end != '\0' || !std::isfinite(found->scaled(value)))
      throw UsageError(fmt::format("--figure: \"{}\": expected the name of a claim, \"=\" and a number", plain(text)));
    found->published = value;
  }
}

void report(const Values& values, EnsembleFile file, const Discrepancies& floors) {
  publish(file, values.texts("figure"));
  const std::size_t draws = file.draws.size();
  const Evidence evidence(std::move(file), floors);
  if (values.given("calibration")) {
    const Calibration calibration = calibrate_intervals(evidence);
    print_table(as_json(values) ? json_of_verb("ensemble", calibration_json(calibration)) : calibration_table(calibration));
    return;
  }
  const Discrepancies discrepancies = evidence.discrepancies();
  if (as_json(values)) {
    print(json_of_verb("ensemble", families_json(evidence, discrepancies)));
    return;
  }
  print_table(fmt::format("{} draws, each with {} figures\n\n", draws, evidence.file().figures.size()) +
        family_lines(evidence, discrepancies) + discrepancy_lines(discrepancies));
}

}  // namespace

Options ensemble_options() {
  Options options(kEnsembleHelp, {"FILE", 0, 1});
  options.add("out", "FILE", Text{}, "write the ensemble to FILE; draws that it already has stay");
  options.add("draws", "N", Integer{8, 100000, kDraws}, "draw N machines");
  options.add("first", "N", Integer{0, 1'000'000, 0}, "begin with draw N: others than those of an ensemble from 0 on");
  options.flag("priors", "only print what is drawn, and from what; nothing is simulated");
  options.flag("calibration", "how often intervals hold a figure whose source and machine are left out");
  options.add("figure", "CLAIM=VALUE", Repeatable{}, "with FILE: as if CLAIM's source had published VALUE");
  add_suite(options);
  add_pool(options);
  add_format(options);
  return options;
}

int ensemble_verb(const Values& values) {
  const std::filesystem::path suite_file = suite_option(values);
  const Discrepancies floors = load_floors(discrepancies_file(suite_file));
  if (!values.operands().empty()) {
    report(values, load_ensemble(values.operands().front()), floors);
    return kExitDone;
  }
  const Suite suite = load_suite(suite_file);
  SuiteFigures figures(suite);
  if (values.given("priors")) {
    print_table(as_json(values) ? json_of_verb("ensemble", Json(figures.priors())) : priors_text(figures.priors()));
    return kExitDone;
  }
  const std::optional<OutputFile> out = output_file(values, "out");
  Progress progress = progress_option(values);
  Pool pool = pool_option(values, progress);
  const std::size_t draws = values.count("draws");
  if (!figures.prepare(kReplications, pool)) return kExitInterrupted;
  progress.end();
  EnsembleFile file = begin(suite, figures, fmt::format("ktlssim ensemble --draws {}", draws));
  if (out) take_up(file, out->path());
  const auto keep = [&] {
    if (out && !file.draws.empty()) out->write(json_text(file.json()));
  };
  keep();  // figures that claims say otherwise now
  const std::size_t before = file.draws.size();
  pool.progress = [&](const PoolCounts& counts) {
    const std::size_t ended = file.draws.size() - before + counts.done + counts.failed;
    progress.show({draws - std::min(draws, before), ended, 0}, ended);
  };
  while (file.draws.size() < draws) {
    const std::size_t wave = std::min(kWave, draws - file.draws.size());
    const auto more = figures.draw(values.count("first") + file.draws.size(), wave, pool);
    file.draws.insert(file.draws.end(), more.begin(), more.end());
    keep();
    if (more.size() == wave) continue;
    progress.end();
    complain(out && !file.draws.empty()
                 ? fmt::format("interrupted; {} draws are kept", file.draws.size())
                 : fmt::format("interrupted; nothing is kept: --out FILE is written after every {} draws", kWave));
    return kExitInterrupted;
  }
  progress.end();
  report(values, std::move(file), floors);
  return kExitDone;
}

}  // namespace ktlssim
