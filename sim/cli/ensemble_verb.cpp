#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "models/counted.hpp"
#include "sim/cli/calibration_output.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/ensemble_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/ensemble/suite_figures.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/waves/kept_figures.hpp"
#include "sim/experiment/waves/wave_plan.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kEnsembleHelp{
    "ktlssim ensemble [FILE] [options]",
    "Draws machines from the ranges that profiles state, simulates every published claim on each, and keeps all of them "
    "with their figures. Families of machines of which the figures leave too few have further waves, of draws that an "
    "emulator chooses, and of their own claims alone. Then says which families the figures leave how many of. With FILE, "
    "an ensemble that is there, nothing is simulated. Exit status: 0 done, 1 a run failed, 2 the command line or an input is wrong.",
    "  ktlssim ensemble --priors\n"
    "  ktlssim ensemble --out scenarios/validation/ensemble.json\n"
    "  ktlssim ensemble scenarios/validation/ensemble.json --calibration\n"};

constexpr std::size_t kAtOnce = 64;         // draws after which the file is written
constexpr std::size_t kReplications = 8;    // that tell the dice of a figure
constexpr std::int64_t kDraws = 512;
constexpr std::int64_t kWaves = 6;
constexpr std::int64_t kWaveDraws = 128;

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
    file.figures.back().made_of = figures.made_of(c);
  }
  return file;
}

std::string command_of(const Values& values) {
  std::string command = fmt::format("ktlssim ensemble --draws {}", values.count("draws"));
  for (const char* const option : {"waves", "wave-draws"})
    if (values.given(option)) command += fmt::format(" --{} {}", option, values.count(option));
  return command;
}

// Draws of an earlier run of the same making stay; later waves, if they are of just these. Of one of other making, figures
// stay that it has of claims that are made as now: `kept`. False if interrupted.
bool take_up(EnsembleFile& file, const std::filesystem::path& path, std::size_t draws, KeptFigures& kept,
             const KeptFigures::Simulate& simulate) {
  if (!std::filesystem::exists(path)) return true;
  EnsembleFile earlier = load_ensemble(path);
  if (!earlier.same_making(file)) {
    kept = KeptFigures(earlier, file.figures);
    if (!kept.check(simulate)) return false;
    const std::size_t claims = kept.claims().size();
    complain(claims == 0 ? fmt::format("{}: other claims, ranges or results: begun anew", plain(path.string()))
                         : fmt::format("{} of {} stay: what they are made of is what it was", claims,
                                       counted(file.figures.size(), "claim")));
    return true;
  }
  file.draws = std::move(earlier.draws);
  complain(fmt::format("{} {} there", counted(file.draws.size(), "draw"), are(file.draws.size())));
  if (file.draws.size() >= draws)
    file.later = std::move(earlier.later);
  else if (!earlier.later.empty())
    complain("later waves are made anew, for more draws of the first");
  return true;
}

// Simulates draws, and keeps them a few at a time; where they grow out of an earlier file, that stays until all are there.
class Making {
 public:
  Making(const SuiteFigures& figures, const KeptFigures& kept, const std::optional<OutputFile>& out, EnsembleFile& file,
         Progress& progress, Pool& pool)
      : figures_(figures), kept_(kept), grows_(!kept.claims().empty()), out_(out), file_(file), progress_(progress), pool_(pool) {}

  void keep() const {
    if (out_ && !file_.draws.empty() && !grows_) out_->write(json_text(file_.json()));
  }
  void keep_all() {
    grows_ = false;
    keep();
  }

  // Those of `numbers` that `draws` does not have yet. False if interrupted.
  bool simulate(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims,
                std::vector<std::vector<double>>& draws) {
    const std::size_t before = draws.size();
    pool_.progress = [&](const PoolCounts& counts) {
      const std::size_t ended = draws.size() - before + counts.done + counts.failed;
      progress_.show({numbers.size() - before, ended, 0}, ended);
    };
    while (draws.size() < numbers.size()) {
      const std::size_t end = std::min(numbers.size(), draws.size() + kAtOnce);
      const auto at = [&numbers](std::size_t i) { return numbers.begin() + static_cast<std::ptrdiff_t>(i); };
      const auto more =
          kept_.draw({at(draws.size()), at(end)}, claims,
                     [this](const auto& missing, const auto& of) { return figures_.draw(missing, of, pool_); });
      draws.insert(draws.end(), more.begin(), more.end());
      keep();
      if (draws.size() < end) return interrupted();
    }
    progress_.end();
    return true;
  }

  bool wave_one(std::size_t first, std::size_t draws) {
    std::vector<std::size_t> numbers(std::max(draws, file_.draws.size()));
    std::iota(numbers.begin(), numbers.end(), first);
    std::vector<std::size_t> claims(file_.figures.size());
    std::iota(claims.begin(), claims.end(), std::size_t{0});
    return simulate(numbers, claims, file_.draws);
  }

  bool later_waves(WavePlan plan) {
    while (const auto next = plan.next()) {
      keep();
      const LaterWaves& later = file_.later[next->set];
      Wave& wave = file_.later[next->set].waves[next->wave];
      complain(fmt::format("wave {}: {}, each with {}", next->wave + 2, counted(wave.numbers.size(), "draw"),
                           counted(later.figures.size(), "figure")));
      if (!simulate(wave.numbers, later.figures, wave.draws)) return false;
      plan.close(*next);
      keep();
    }
    return true;
  }

 private:
  bool interrupted() const {
    progress_.end();
    if (grows_) {
      complain("interrupted; the earlier file stays as it is");
      return false;
    }
    complain(out_ && !file_.draws.empty()
                 ? fmt::format("interrupted; {} {} kept{}", counted(file_.draws.size(), "draw"), are(file_.draws.size()), of_later_waves())
                 : fmt::format("interrupted; nothing is kept: --out FILE is written after every {} draws", kAtOnce));
    return false;
  }
  std::string of_later_waves() const {
    std::size_t draws = 0;
    for (const LaterWaves& later : file_.later)
      for (const Wave& wave : later.waves) draws += wave.draws.size();
    return draws == 0 ? "" : fmt::format(" of the first wave, and {} of later ones", draws);
  }

  const SuiteFigures& figures_;
  const KeptFigures& kept_;
  bool grows_;
  const std::optional<OutputFile>& out_;
  EnsembleFile& file_;
  Progress& progress_;
  Pool& pool_;
};

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
  print_table(families_text(evidence, discrepancies));
}

}  // namespace

Options ensemble_options() {
  Options options(kEnsembleHelp, {"FILE", 0, 1});
  options.add("out", "FILE", Text{}, "write the ensemble to FILE; draws that it already has stay");
  options.add("draws", "N", Integer{8, 100000, kDraws}, "draw N machines");
  options.add("waves", "N", Integer{1, 100, kWaves}, "at most N waves of a family, with the first");
  options.add("wave-draws", "N", Integer{4, 10000, kWaveDraws}, "draws of each further wave");
  options.add("first", "N", Integer{0, 1'000'000, 0}, "begin with draw N: others than those of an ensemble from 0 on; then there is one wave");
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
    refuse_given(values, {"draws", "first", "waves", "wave-draws", "out", "priors"}, "a file is told of as it is");
    report(values, load_ensemble(values.operands().front()), floors);
    return kExitDone;
  }
  const Suite suite = load_suite(suite_file);
  SuiteFigures figures(suite);
  if (values.given("priors")) {
    refuse_given(values, {"draws", "first", "waves", "wave-draws", "out", "calibration", "figure"}, "nothing is drawn with --priors");
    print_table(as_json(values) ? json_of_verb("ensemble", Json(figures.priors())) : priors_text(figures.priors()));
    return kExitDone;
  }
  const std::optional<OutputFile> out = output_file(values, "out");
  Progress progress = progress_option(values);
  Pool pool = pool_option(values, progress);
  const std::size_t draws = values.count("draws");
  if (!figures.prepare(kReplications, pool)) return kExitInterrupted;
  progress.end();
  EnsembleFile file = begin(suite, figures, command_of(values));
  KeptFigures kept;
  const auto simulate = [&](const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims) {
    return figures.draw(numbers, claims, pool);
  };
  if (out && !take_up(file, out->path(), draws, kept, simulate)) return kExitInterrupted;
  progress.end();
  Making making(figures, kept, out, file, progress, pool);
  making.keep();  // figures that claims say otherwise now
  const std::size_t first = values.count("first");
  if (!making.wave_one(first, draws)) return kExitInterrupted;
  if (first == 0) {
    const auto places = [&figures](const std::vector<std::size_t>& claims) { return figures.places(claims); };
    if (!making.later_waves(WavePlan(file, floors, places, {values.count("waves") - 1, values.count("wave-draws")})))
      return kExitInterrupted;
  }
  making.keep_all();
  report(values, std::move(file), floors);
  return kExitDone;
}

}  // namespace ktlssim
