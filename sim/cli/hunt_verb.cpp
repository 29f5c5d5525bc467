#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "models/counted.hpp"
#include "models/scenario.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/hunt/hunt.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/settings.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHuntHelp{
    "ktlssim hunt SCENARIO [options]",
    "What breaks it? Searches settings, faults and phases of a scenario, guided by what earlier candidates reached, for "
    "panics, stalls, aborted connections, starved interrupt threads and settings with which async dispatch loses. Each "
    "find is shrunk to the fewest changes, and written with --out as a scenario that `ktlssim run` takes, a timeline and a "
    "sentence. With --runs, the same seed finds the same. Exit status: 0 done, whatever was found; 1 ktlssim itself "
    "failed; 2 the command line or an input is wrong.",
    "  ktlssim hunt scenarios/qat-ocf-eagain.json --runs 500 --out out/hunt\n"
    "  ktlssim hunt s.json --for 'panic,async loses' --seconds 60\n"};

constexpr std::int64_t kMostRuns = 10'000'000;
constexpr std::int64_t kMostSeconds = 1'000'000;
constexpr std::int64_t kUsualSeconds = 60;
constexpr std::size_t kTimelineRecords = 20;
constexpr std::chrono::seconds kLimit{60};  // of a candidate: one that takes longer is passed over
const Time kTimelineLength = from_ms(1);

std::set<Breakage> wanted(const Values& values) {
  std::set<Breakage> all;
  for (const std::string& list : values.texts("for")) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t comma = std::min(list.find(',', begin), list.size());
      const std::string word = list.substr(begin, comma - begin);
      begin = comma + 1;
      const auto found = std::ranges::find(kBreakageNames, word);
      if (found == kBreakageNames.end())
        throw UsageError(fmt::format("--for: \"{}\": expected some of {}{}", word, fmt::join(kBreakageNames, ", "),
                                     did_you_mean(word, Texts(kBreakageNames.begin(), kBreakageNames.end()))));
      all.insert(static_cast<Breakage>(found - kBreakageNames.begin()));
    }
  }
  if (all.empty()) all = {Breakage::panic, Breakage::stall, Breakage::abort, Breakage::starvation, Breakage::async_loses};
  return all;
}

Texts kept(const Values& values) {
  const std::vector<Parameter> parameters = scenario_parameters();
  for (const std::string& pointer : values.texts("keep"))
    if (find_parameter(parameters, pointer) == nullptr)
      throw InputError({{"--keep", pointer, "", fmt::format("no such parameter; did you mean {}?", nearest_pointer(parameters, pointer))}});
  return values.texts("keep");
}

// The scenario as the file has it, with what --set changes.
Json scenario_json(const std::string& path, const Texts& sets) {
  load_scenario(path, sets);
  Problems problems;
  Json json = *read_json_file(path, problems);
  Origins origins(path, Origins::Kind::scenario);
  apply_settings(sets, json, origins, problems);
  return json;
}

std::string sentence(const Find& find) {
  const std::string with = find.changes.empty() ? "as it is" : "with " + settings_text(find.changes);
  return fmt::format("{}: {}, {}", name(find.breakage), with, find.what);
}

// The last time at which a thread began or ceased to do something.
class LastActivity final : public Listener {
 public:
  void changed_state(const Thread&, Time now) override { last_ = now; }
  Time last() const { return last_; }

 private:
  Time last_{0};
};

// Around where it breaks: before its end for what ends it, else from the begin of the measured time.
TimelineWindow window_of(const Scenario& scenario, const Find& find) {
  const Time warmup = from_ms(scenario.measure.warmup_ms);
  const Time end = warmup + from_ms(scenario.measure.duration_ms);
  Time until = warmup + kTimelineLength;
  if (find.breakage == Breakage::panic || find.breakage == Breakage::stall) {
    LastActivity activity;
    simulate(scenario, EngineKind::fiber, 0, &activity);
    until = activity.last() + kTimelineLength / 10;
  }
  until = std::min(end, until);
  return {std::max(Time{0}, until - kTimelineLength), until, kTimelineRecords};
}

constexpr std::string_view kSentenceFile = "sentence.txt";

std::string find_name(std::size_t i) { return fmt::format("find-{}", i + 1); }

void write_find(const std::filesystem::path& out, const Hunted& hunted, const Find& find, std::size_t i) {
  const OutputDirectory directory(out / find_name(i));
  Json json = hunted.json_with(find.changes);
  json["name"] = find_name(i);
  json["description"] = sentence(find);
  directory.write("scenario.json", json_text(json));
  directory.write(kSentenceFile, sentence(find) + '\n');
  if (find.breakage == Breakage::failure) return;
  const Scenario scenario = hunted.with(find.changes);
  const std::filesystem::path trace = directory.path() / "trace.json";
  listen(scenario, window_of(scenario, find), &trace, nullptr);
}

Json json(const Hunt& found) {
  Json finds = Json::array();
  for (const Find& find : found.finds)
    finds.push_back({{"breakage", name(find.breakage)},
                     {"changes", settings_json(find.changes)},
                     {"changed_when_found", find.changed},
                     {"at_run", find.at_run},
                     {"seen", find.again},
                     {"what", find.what}});
  return {{"finds", std::move(finds)}, {"runs", found.runs}, {"refused", found.refused}, {"states", found.states}, {"kept", found.kept}};
}

std::string table(const Hunt& found) {
  std::string text;
  for (std::size_t i = 0; i < found.finds.size(); ++i) {
    const Find& find = found.finds[i];
    text += wrap(fmt::format("{}. {}", i + 1, plain(sentence(find))), columns());
    text += wrap(fmt::format("found after {} with {}, shrunk to {}; seen in {}", counted(find.at_run, "run"),
                             counted(find.changed, "change"), find.changes.size(), counted(find.again, "candidate")), columns(), 3);
  }
  if (found.finds.empty()) text += "nothing broke\n";
  return text + wrap(fmt::format("{}, and {} that made no scenario; {} showed something new, {} in all", counted(found.runs, "run"),
                                 counted(found.refused, "candidate"), found.kept, counted(found.states, "thing")), columns());
}

}  // namespace

Options hunt_options() {
  Options options(kHuntHelp, {"SCENARIO", 1, 1});
  options.add("for", "NAMES", Repeatable{}, "what to look for: panic, stall, abort, starvation, 'async loses'; all unless given");
  options.add("keep", "/POINTER", Repeatable{}, "a parameter or group that is not to be changed, such as /faults; may be repeated");
  options.add("runs", "N", Integer{1, kMostRuns}, "look for N simulations, and shrink what is found with more; the same seed then finds the same");
  options.add("seconds", "N", Integer{1, kMostSeconds}, "stop after N seconds; 60 unless --runs is given");
  options.add("hunt-seed", "N", Integer{0, kMaxSeed, 1}, "seed of the search");
  add_sets(options);
  add_seed(options);
  add_pool(options);
  add_format(options);
  add_out(options, "write each find to DIR/find-N: scenario.json, trace.json, sentence.txt");
  return options;
}

int hunt_verb(const Values& values) {
  HuntQuestion question;
  question.wanted = wanted(values);
  question.kept = kept(values);
  question.seed = static_cast<std::uint64_t>(values.integer("hunt-seed"));
  if (values.given("runs")) question.runs = values.count("runs");
  if (values.given("seconds") || !values.given("runs"))
    question.time = std::chrono::seconds(values.given("seconds") ? values.integer("seconds") : kUsualSeconds);
  const std::string& path = values.operands().front();
  const Hunted hunted(scenario_json(path, settings(values)), path);
  load_told(path, settings(values));
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(directory_for("find-1", values.text("out")));
  Progress progress = progress_option(values);
  Pool pool = pool_option(values, progress);
  if (pool.limit.count() == 0) pool.limit = kLimit;
  const Hunt found = hunt(hunted, question, pool);
  const bool whole = ended_whole(progress, found.interrupted);
  if (out) {
    for (std::size_t i = 0; i < found.finds.size(); ++i) write_find(out->path(), hunted, found.finds[i], i);
    for (std::size_t i = found.finds.size(); std::filesystem::exists(out->path() / find_name(i) / kSentenceFile); ++i)
      out->discard(find_name(i));  // of an earlier hunt
  }
  print_table(as_json(values) ? json_of_verb("hunt", json(found)) : table(found));
  if (!whole) return kExitInterrupted;
  const bool failed = std::ranges::any_of(found.finds, [](const Find& find) { return find.breakage == Breakage::failure; });
  return failed ? kExitRunFailed : kExitDone;
}

}  // namespace ktlssim
