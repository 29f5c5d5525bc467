#include "sim/experiment/hunt/hunt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "models/counted.hpp"
#include "sim/experiment/hunt/coverage.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/settings.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kRound = 16;             // candidates that are drawn at once
constexpr double kLoses = 0.02;                // of the throughput of blocking dispatch
constexpr std::array<std::pair<const char*, double>, 2> kWindow{{{"/measure/warmup_ms", 5}, {"/measure/duration_ms", 20}}};
constexpr int kHalvings = 6;                   // of the way of a number back to the scenario

struct Outcome {
  std::optional<RunResult> run;
  std::optional<RunResult> blocking;  // the same with blocking dispatch, where it is asked for
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

double metric_of(const RunResult& run, std::string_view metric) {
  const Metric* const found = run.metric(metric);
  return found != nullptr && std::isfinite(found->value) ? found->value : 0;
}

std::string abort_text(double aborted, double gone, std::int64_t sessions) {
  const std::int64_t aborts = std::llround(aborted);
  if (aborts <= 0)
    return fmt::format("{:.0f} of {} {} gone at the end of the measured time", gone, counted(sessions, "connection"), are(std::llround(gone)));
  std::string text = fmt::format("{} {} aborted in the measured time", counted(aborts, "connection"), are(aborts));
  if (gone > 0) text += fmt::format(", and {:.0f} of {} {} gone at its end", gone, sessions, are(std::llround(gone)));
  return text;
}

// How it breaks, and what is seen of it.
std::map<Breakage, std::string> breakages(const Outcome& outcome, const Scenario& scenario) {
  std::map<Breakage, std::string> found;
  if (!outcome.run) return found;
  const RunResult& run = *outcome.run;
  if (run.status == RunStatus::panicked) found[Breakage::panic] = first_line(run.diagnosis);
  if (run.status == RunStatus::stalled) found[Breakage::stall] = "it stalls: " + first_line(run.diagnosis);
  const bool too_slow = run.diagnosis.starts_with("stopped after");
  if (run.status == RunStatus::failed && !too_slow) found[Breakage::failure] = "the simulator fails: " + first_line(run.diagnosis);
  if (run.status != RunStatus::done) return found;
  const double aborted = metric_of(run, "aborted_connections");
  const double gone = static_cast<double>(scenario.workload.sessions) - metric_of(run, "live_connections");
  if (aborted > 0 || (gone > 0 && run.metric("live_connections") != nullptr))
    found[Breakage::abort] = abort_text(aborted, gone, scenario.workload.sessions);
  if (!run.starving.empty()) found[Breakage::starvation] = run.starving.front();
  if (outcome.blocking && outcome.blocking->status == RunStatus::done) {
    const double async_gbps = metric_of(run, "throughput_gbps");
    const double blocking_gbps = metric_of(*outcome.blocking, "throughput_gbps");
    if (async_gbps < (1 - kLoses) * blocking_gbps)
      found[Breakage::async_loses] = fmt::format("asynchronous dispatch has {:.4g} Gbit/s, blocking dispatch {:.4g}", async_gbps, blocking_gbps);
  }
  return found;
}

std::string names_of(const Changes& changes) {
  std::set<std::string> names;
  for (const Assignment& a : changes) names.insert(a.pointer);
  return fmt::format("{}", fmt::join(names, " "));
}

class Hunter {
 public:
  Hunter(const Hunted& hunted, const HuntQuestion& question, const Pool& pool)
      : hunted_(hunted), question_(question), pool_(pool), mutator_(effective_json(hunted.with({})), kWindow[0].second + kWindow[1].second, question.kept),
        random_(question.seed) {}

  Hunt run() {
    simulate_round({{}});
    while (!over()) {
      std::vector<Changes> round;
      for (std::size_t i = 0; i < kRound; ++i) round.push_back(draw());
      simulate_round(round);
    }
    std::ranges::stable_sort(found_.finds, {}, [](const Find& find) { return find.changes.size(); });
    found_.states = seen_.size();
    found_.kept = corpus_.size();
    return std::move(found_);
  }

 private:
  bool over() const {
    if (found_.interrupted) return true;
    if (question_.runs > 0 && found_.runs >= question_.runs) return true;
    return question_.time.count() > 0 && std::chrono::steady_clock::now() - begin_ >= question_.time;
  }

  // From what showed something new lately rather than long ago.
  Changes draw() {
    if (corpus_.empty()) return mutator_.mutate({}, random_);
    const double part = static_cast<double>(random_() >> 11) * 0x1p-53;
    const auto index = static_cast<std::size_t>(std::sqrt(part) * static_cast<double>(corpus_.size()));
    return mutator_.mutate(corpus_[std::min(index, corpus_.size() - 1)], random_);
  }

  // Outcomes in the order of the candidates; none where a candidate is no scenario.
  std::vector<Outcome> simulate_all(const std::vector<Changes>& candidates) {
    struct Task {
      std::size_t candidate;
      bool blocking;
      Scenario scenario;
    };
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      try {
        Scenario scenario = hunted_.with(candidates[i]);
        const bool pair = question_.wanted.contains(Breakage::async_loses) && scenario.ktls.dispatch == Dispatch::driver &&
                          !scenario.sync_dispatch();
        tasks.push_back({i, false, scenario});
        if (!pair) continue;
        scenario.ktls.dispatch = Dispatch::blocking;
        tasks.push_back({i, true, std::move(scenario)});
      } catch (const InputError&) {
        ++found_.refused;
      }
    }
    std::vector<Outcome> outcomes(candidates.size());
    PoolOutcome outcome = run_in_children(tasks.size(), pool_, [&](std::size_t task) {
      return simulate(tasks[task].scenario, EngineKind::fiber, 0);
    });
    found_.interrupted = found_.interrupted || outcome.interrupted;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!outcome.results[i]) continue;
      ++found_.runs;
      (tasks[i].blocking ? outcomes[tasks[i].candidate].blocking : outcomes[tasks[i].candidate].run) = std::move(outcome.results[i]);
    }
    return outcomes;
  }

  void simulate_round(const std::vector<Changes>& candidates) {
    const std::vector<Outcome> outcomes = simulate_all(candidates);
    for (std::size_t i = 0; i < candidates.size() && !found_.interrupted; ++i) {
      if (!outcomes[i].run) continue;
      if (is_new(*outcomes[i].run)) corpus_.push_back(candidates[i]);
      for (const auto& [breakage, what] : breakages(outcomes[i], hunted_.with(candidates[i])))
        if (breakage == Breakage::failure || question_.wanted.contains(breakage)) keep(breakage, candidates[i], what);
    }
  }

  bool is_new(const RunResult& run) {
    const std::size_t before = seen_.size();
    seen_.merge(things_seen(run));
    return seen_.size() > before;
  }

  // A find whose parameters are among those of the candidate is taken to be the same, without shrinking it again.
  void keep(Breakage breakage, const Changes& changes, const std::string& what) {
    for (Find& find : found_.finds)
      if (find.breakage == breakage && std::ranges::all_of(find.changes, [&](const Assignment& a) {
            return std::ranges::find(changes, a.pointer, &Assignment::pointer) != changes.end();
          })) {
        ++find.again;
        return;
      }
    Find find{breakage, changes, changes.size(), found_.runs, what};
    shrink(find);
    const auto same = std::ranges::find_if(found_.finds, [&](const Find& f) {
      return f.breakage == breakage && names_of(f.changes) == names_of(find.changes);
    });
    if (same == found_.finds.end())
      found_.finds.push_back(std::move(find));
    else
      ++same->again;
  }

  // Whether it still breaks so; then `what` says how.
  bool breaks(Breakage breakage, const Changes& changes, std::string& what) {
    const std::vector<Outcome> outcomes = simulate_all({changes});
    if (found_.interrupted || !outcomes.front().run) return false;
    const auto found = breakages(outcomes.front(), hunted_.with(changes));
    const auto at = found.find(breakage);
    if (at != found.end()) what = at->second;
    return at != found.end();
  }

  void shrink(Find& find) {
    for (bool smaller = true; smaller && !found_.interrupted;) {
      smaller = false;
      for (std::size_t i = find.changes.size(); i-- > 0;) {
        Changes fewer = find.changes;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (!breaks(find.breakage, fewer, find.what)) continue;
        find.changes = std::move(fewer);
        smaller = true;
      }
    }
    for (std::size_t i = 0; i < find.changes.size(); ++i) bring_back(find, i);
  }

  // Halves the way between the number and that of the scenario, as long as it breaks.
  void bring_back(Find& find, std::size_t i) {
    const Json original = mutator_.original(find.changes[i].pointer);
    if (!original.is_number() || !find.changes[i].value.is_number() || find.changes[i].pointer == "/seed") return;
    const bool whole = find.changes[i].value.is_number_integer() && original.is_number_integer();
    double good = original.get<double>();
    for (int step = 0; step < kHalvings && !found_.interrupted; ++step) {
      const double bad = find.changes[i].value.get<double>();
      const double middle = whole ? std::round((good + bad) / 2) : std::strtod(fmt::format("{:.3g}", (good + bad) / 2).c_str(), nullptr);
      if (middle == bad || middle == good) return;
      Changes nearer = find.changes;
      nearer[i].value = number_json(middle);
      if (breaks(find.breakage, nearer, find.what))
        find.changes = std::move(nearer);
      else
        good = middle;
    }
  }

  const Hunted& hunted_;
  const HuntQuestion& question_;
  const Pool& pool_;
  Mutator mutator_;
  boost::random::mt19937_64 random_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::set<std::string> seen_;
  std::vector<Changes> corpus_;
  Hunt found_;
};

}  // namespace

Json Hunted::json_with(const Changes& changes) const {
  Json json = json_;
  assign(json, "/measure/warmup", name(Warmup::fixed));
  for (const auto& [pointer, value] : kWindow) assign(json, pointer, number_json(value));
  for (const Assignment& a : changes) assign(json, a.pointer, a.value);
  return json;
}

Scenario Hunted::with(const Changes& changes) const { return read_scenario(json_with(changes), file_); }

Hunt hunt(const Hunted& hunted, const HuntQuestion& question, const Pool& pool) {
  return Hunter(hunted, question, pool).run();
}

}  // namespace ktlssim
