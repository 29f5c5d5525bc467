#include "sim/experiment/run/fork_pool.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>

#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {
namespace {

using testing::HasSubstr;

RunResult numbered(std::size_t number) {
  RunResult result;
  result.records_simulated = number;
  return result;
}

RunResult result_of(const std::function<RunResult(std::size_t)>& task) {
  return run_in_children(1, 1, task).results.at(0).value();
}

TEST(ForkPool, results_stand_in_the_order_of_tasks) {
  const PoolOutcome outcome = run_in_children(20, 3, numbered);
  EXPECT_FALSE(outcome.interrupted);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(outcome.results.at(i).value().records_simulated, i);
}

TEST(ForkPool, a_task_is_asked_for_when_there_is_room) {
  std::vector<std::size_t> ended;
  PoolOptions options;
  options.jobs = 2;
  options.ended = [&](std::size_t task, RunResult result) {
    EXPECT_EQ(result.records_simulated, task);
    ended.push_back(task);
  };
  std::size_t asked = 0;
  const auto next = [&]() -> std::optional<std::size_t> {
    EXPECT_LE(asked, ended.size() + 3);  // two run, and the results of those that made room are looked at afterwards
    if (asked == 5) return std::nullopt;
    return 7 * asked++;
  };
  EXPECT_FALSE(run_in_children(next, options, numbered));
  EXPECT_THAT(ended, testing::UnorderedElementsAre(0, 7, 14, 21, 28));
}

TEST(ForkPool, a_result_arrives_as_it_was) {
  RunResult sent = numbered(3);
  sent.status = RunStatus::stalled;
  sent.diagnosis = "line\n\xff not UTF-8";
  sent.random = true;
  sent.metrics = {{"a", "us", 0.1}, {"b", "", std::numeric_limits<double>::quiet_NaN()}};
  sent.counters = {{"c", std::numeric_limits<std::int64_t>::min()}};
  sent.cpu = {{"t", "k", "f", 7}};
  sent.resources = {{"r", "cpu", 2, 0.3, 0.5, "what"}};
  sent.fingerprint = std::numeric_limits<std::uint64_t>::max();
  sent.wall_seconds = 1.5;
  const RunResult got = decode_run_result(encode(sent));
  EXPECT_EQ(got.status, sent.status);
  EXPECT_EQ(got.diagnosis, sent.diagnosis);
  EXPECT_EQ(got.random, sent.random);
  ASSERT_EQ(got.metrics.size(), 2u);
  EXPECT_EQ(got.metrics[0].value, 0.1);
  EXPECT_TRUE(std::isnan(got.metrics[1].value));
  EXPECT_EQ(got.counters, sent.counters);
  EXPECT_EQ(got.cpu.at(0).busy_ns, 7);
  EXPECT_EQ(got.resources.at(0).what_it_means, "what");
  EXPECT_EQ(got.fingerprint, sent.fingerprint);
  EXPECT_EQ(got.wall_seconds, 1.5);
}

TEST(ForkPool, large_results_arrive_whole) {
  const RunResult got = result_of([](std::size_t) {
    RunResult result;
    for (int i = 0; i < 100000; ++i) result.counters.emplace_back("kern.ipc.tls.stats", i);
    return result;
  });
  ASSERT_EQ(got.counters.size(), 100000u);
  EXPECT_EQ(got.counters.back().second, 99999);
}

TEST(ForkPool, a_crash_is_a_failed_run) {
  const RunResult got = result_of([](std::size_t) -> RunResult {
    signal(SIGSEGV, SIG_DFL);  // a sanitizer would report it and exit instead
    raise(SIGSEGV);
    return {};
  });
  EXPECT_EQ(got.status, RunStatus::failed);
  EXPECT_THAT(got.diagnosis, HasSubstr("killed by signal 11"));
}

TEST(ForkPool, a_crash_leaves_the_other_runs_alone) {
  const PoolOutcome outcome = run_in_children(3, 2, [](std::size_t i) {
    if (i == 1) kill(getpid(), SIGKILL);
    return numbered(i);
  });
  EXPECT_EQ(outcome.results.at(0).value().status, RunStatus::done);
  EXPECT_EQ(outcome.results.at(1).value().diagnosis, "killed by signal 9 (Killed)");
  EXPECT_EQ(outcome.results.at(2).value().status, RunStatus::done);
}

TEST(ForkPool, an_exit_is_a_failed_run) {
  EXPECT_EQ(result_of([](std::size_t) -> RunResult { _exit(3); }).diagnosis, "exited with status 3");
  EXPECT_EQ(result_of([](std::size_t) -> RunResult { _exit(0); }).diagnosis, "ended without a result");
}

TEST(ForkPool, an_exception_is_a_failed_run) {
  const RunResult got =
      result_of([](std::size_t) -> RunResult { throw std::runtime_error("references differ"); });
  EXPECT_EQ(got.status, RunStatus::failed);
  EXPECT_EQ(got.diagnosis, "references differ");
}

TEST(ForkPool, an_interrupt_keeps_what_is_finished) {
  const pid_t parent = getpid();
  const PoolOutcome outcome = run_in_children(4, 1, [&](std::size_t i) {
    if (i == 1) {
      kill(parent, SIGINT);
      sleep(60);
    }
    return numbered(i);
  });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_TRUE(outcome.results.at(0).has_value());
  EXPECT_FALSE(outcome.results.at(1).has_value());
  EXPECT_FALSE(outcome.results.at(3).has_value());
}

}  // namespace
}  // namespace ktlssim
