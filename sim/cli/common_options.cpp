#include "sim/cli/common_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "models/scenario.hpp"
#include "sim/cli/output.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMaxReplications = 10000;
constexpr std::int64_t kMaxJobs = 4096;

}  // namespace

void add_sets(Options& options, std::string what) {
  options.add("set", "/POINTER=VALUE", Repeatable{}, std::move(what));
}

void add_sets_of_two(Options& options) {
  add_sets(options, "change a parameter of both; may be repeated");
  options.add("set-a", "/POINTER=VALUE", Repeatable{}, "change a parameter of A");
  options.add("set-b", "/POINTER=VALUE", Repeatable{}, "change a parameter of B, which is A where it is not named");
}

void add_seed(Options& options) { options.add("seed", "N", Integer{0, kMaxSeed}, "the same as --set /seed=N"); }

void add_precision(Options& options, std::string help) {
  options.add("precision", "R", Number{0, 1}, std::move(help));
}

void add_replications(Options& options, std::int64_t fallback, std::string help) {
  options.add("replications", "N", Integer{1, kMaxReplications, fallback}, std::move(help));
}

void add_engines(Options& options) {
  options.add("engine", "NAME", Choice{kEnginesNames, name(Engines::both)},
              "what carries the threads; both: replication 0 on SimGrid and on fibers, which must agree, the others on fibers");
}

void add_out(Options& options, std::string help) { options.add("out", "DIR", Text{}, std::move(help)); }

void add_suite(Options& options) { options.add("suite", "FILE", Text{}, "another file of claims"); }

void add_progress(Options& options) {
  options.add("progress", "NAME", Choice{kProgressFormNames, name(ProgressForm::text)},
              "on standard error; json is a line a second");
}

void add_pool(Options& options) {
  options.add("jobs,j", "N", Integer{1, kMaxJobs}, "at most N at a time; by default one per CPU");
  options.add("timeout", "S", Integer{0, kMaxTimeout_s, 0},
              "a replication that takes more than S seconds has failed; 0: no limit");
  add_progress(options);
}

void add_format(Options& options, std::span<const std::string_view> names) {
  options.add("format", "NAME", Choice{names, names.front()}, "of what is printed");
}

bool as_json(const Values& values) { return values.chosen("format", "json"); }

Texts settings(const Values& values) {
  Texts sets = values.texts("set");
  if (values.has("precision") && values.given("precision"))
    sets.push_back("/measure/relative_precision=" + values.text("precision"));
  if (values.has("seed") && values.given("seed")) sets.push_back(fmt::format("/seed={}", values.integer("seed")));
  return sets;
}

void refuse_given(const Values& values, std::initializer_list<const char*> options, std::string_view why) {
  for (const char* const option : options)
    if (values.given(option)) throw UsageError(fmt::format("{}: --{} has no place there", why, option));
}

Texts joined(Texts sets, const Texts& more) {
  sets.insert(sets.end(), more.begin(), more.end());
  return sets;
}

std::filesystem::path suite_option(const Values& values) {
  return values.given("suite") ? std::filesystem::path(values.text("suite")) : default_suite();
}

Engines engines_option(const Values& values) { return values.choice<Engines>("engine"); }

std::size_t jobs_option(const Values& values) {
  return values.given("jobs") ? values.count("jobs") : std::max(1u, std::thread::hardware_concurrency());
}

std::chrono::seconds timeout_option(const Values& values) { return std::chrono::seconds(values.integer("timeout")); }

Progress progress_option(const Values& values, std::string_view what) {
  return Progress(values.choice<ProgressForm>("progress"), what);
}

bool ended_whole(Progress& progress, bool interrupted) {
  progress.end();
  if (interrupted) complain("interrupted");
  return !interrupted;
}

Pool pool_option(const Values& values, Progress& progress) {
  Pool pool(jobs_option(values));
  pool.limit = timeout_option(values);
  pool.progress = [&progress](const PoolCounts& counts) { progress.show(counts, counts.done + counts.failed); };
  return pool;
}

}  // namespace ktlssim
