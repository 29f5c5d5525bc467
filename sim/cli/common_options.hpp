// Options that several verbs have, each declared here once, and how they are read.
#pragma once

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "sim/cli/options.hpp"
#include "sim/cli/progress.hpp"
#include "sim/experiment/run/engines.hpp"
#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

// --set. `what` says what is changed.
void add_sets(Options& options, std::string what = "change a parameter; may be repeated");
// --set, --set-a and --set-b of verbs that lay two scenarios side by side.
void add_sets_of_two(Options& options);
void add_seed(Options& options);
void add_precision(Options& options, std::string help);
void add_replications(Options& options, std::int64_t fallback, std::string help);
void add_engines(Options& options);
void add_out(Options& options, std::string help);
void add_suite(Options& options);
void add_progress(Options& options);
// --jobs, --timeout, --progress of verbs that simulate in a pool.
void add_pool(Options& options);

inline constexpr std::int64_t kMaxTimeout_s = 1'000'000;

// The longest simulated time that an option can name; a scenario narrows it.
inline constexpr std::int64_t kMaxSimulated_us = 1'000'000'000'000;

// --format: the first is what it is unless given.
inline constexpr std::string_view kFormats[]{"table", "json"};
void add_format(Options& options, std::span<const std::string_view> names = kFormats);
bool as_json(const Values& values);

// What --set, --precision and --seed change, as far as the verb has them.
Texts settings(const Values& values);
Texts joined(Texts sets, const Texts& more);
// Throws UsageError where one of these is given; `why` is the first part of what it says.
void refuse_given(const Values& values, std::initializer_list<const char*> options, std::string_view why);
// --suite, or the suite of this repository.
std::filesystem::path suite_option(const Values& values);
Engines engines_option(const Values& values);
// --jobs, or one per CPU of this machine.
std::size_t jobs_option(const Values& values);
// --timeout; 0: none.
std::chrono::seconds timeout_option(const Values& values);
Progress progress_option(const Values& values, std::string_view what = "runs");
// Ends the line of progress; false, and said, if a signal has stopped the pool.
bool ended_whole(Progress& progress, bool interrupted);
// Reports to `progress`, which must outlive it.
Pool pool_option(const Values& values, Progress& progress);

}  // namespace ktlssim
