// The pieces of the twin: work queue, interrupt line, send buffer, and what is read from the file of conditions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/mechanism/interrupt_line.hpp"
#include "sim/experiment/mechanism/send_buffer.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/mechanism/slices.hpp"
#include "sim/experiment/mechanism/work_queue.hpp"
#include "sim/experiment/twin/machine.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(TwinWorkQueue, a_worker_takes_the_whole_queue_in_order) {
  WorkQueue queue;
  TwinRecord records[3];
  for (TwinRecord& record : records) queue.enqueue(record);
  EXPECT_EQ(queue.take(), &records[0]);
  EXPECT_EQ(records[0].next, &records[1]);
  EXPECT_EQ(records[1].next, &records[2]);
  EXPECT_EQ(records[2].next, nullptr);
}

TEST(TwinWorkQueue, a_sleeping_worker_is_woken_and_a_stopped_one_ends) {
  WorkQueue queue;
  std::vector<TwinRecord*> taken;
  std::jthread worker([&] {
    while (TwinRecord* record = queue.take()) taken.push_back(record);
  });
  TwinRecord record;
  queue.enqueue(record);
  queue.stop();
  worker.join();
  EXPECT_THAT(taken, ElementsAre(&record));
}

TEST(TwinSendBuffer, a_late_head_holds_back_what_is_behind_it) {
  TwinSendBuffer buffer(4);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(buffer.append(), i);
  EXPECT_EQ(buffer.ready(1), 0);
  EXPECT_EQ(buffer.ready(2), 0);
  EXPECT_EQ(buffer.ready(0), 3);
  EXPECT_EQ(buffer.released(), 3u);
}

TEST(TwinSendBuffer, credit_comes_back_with_the_acknowledgement) {
  TwinSendBuffer buffer(2);
  buffer.append();
  buffer.append();
  EXPECT_TRUE(buffer.full());
  EXPECT_THROW(buffer.append(), std::logic_error);
  EXPECT_EQ(buffer.ready(0), 1);
  EXPECT_TRUE(buffer.full());
  buffer.acknowledge(1);
  EXPECT_FALSE(buffer.full());
  EXPECT_EQ(buffer.append(), 2u);
}

TEST(TwinSendBuffer, a_record_is_ready_once_and_acknowledged_after_that) {
  TwinSendBuffer buffer(2);
  EXPECT_THROW(buffer.ready(0), std::logic_error);  // was never sent
  buffer.append();
  buffer.append();
  buffer.ready(1);
  EXPECT_THROW(buffer.ready(1), std::logic_error);
  EXPECT_THROW(buffer.acknowledge(1), std::logic_error);
}

TEST(TwinInterruptLine, the_timer_runs_from_the_first_entry) {
  InterruptLine<int> line(8, 100);
  EXPECT_FALSE(line.poll(0));  // nothing there
  line.post(1, 1000);
  line.post(2, 1050);
  EXPECT_FALSE(line.poll(1099));
  EXPECT_TRUE(line.poll(1100));
  EXPECT_FALSE(line.poll(1200));  // raised already
  std::vector<int> served;
  EXPECT_TRUE(line.serve([&](int entry) { served.push_back(entry); }));
  EXPECT_THAT(served, ElementsAre(1, 2));
}

TEST(TwinInterruptLine, entries_that_come_while_it_is_in_service_are_served_with_it) {
  InterruptLine<int> line(8, 0);
  line.post(1, 0);
  EXPECT_TRUE(line.poll(0));
  std::vector<int> served;
  line.serve([&](int entry) {
    served.push_back(entry);
    if (entry == 1) {
      line.post(2, 10);
      EXPECT_FALSE(line.poll(10));  // masked
    }
  });
  EXPECT_THAT(served, ElementsAre(1, 2));
  EXPECT_FALSE(line.poll(20));
}

TEST(TwinInterruptLine, a_stopped_thread_ends) {
  InterruptLine<int> line(8, 0);
  line.stop();
  EXPECT_FALSE(line.serve([](int) {}));
}

TEST(TwinInterruptLine, tells_since_when_an_interrupt_waits_for_its_thread) {
  InterruptLine<int> line(8, 0);
  EXPECT_EQ(line.waits_since(), std::nullopt);
  line.post(1, 500);
  EXPECT_TRUE(line.poll(700));
  EXPECT_EQ(line.waits_since(), 700);
  line.serve([](int) {});
  EXPECT_EQ(line.waits_since(), std::nullopt);
}

// A device that looks every 100 us, and 10 records in each slice of a millisecond.
class Slices : public testing::Test {
 protected:
  void run_until(std::int64_t until_us) {
    for (; now_us_ < until_us; now_us_ += 100) slices_.look(now_us_ * 1000);
  }
  TwinSlices slices_{[this] { return TwinCounts{.records = static_cast<double>(now_us_) / 100}; }};
  std::int64_t now_us_ = 10'000;
};

TEST_F(Slices, are_counted_while_they_count) {
  run_until(12'000);
  EXPECT_EQ(slices_.slices(), 0);
  slices_.count(true);
  run_until(17'050);  // from 12 to 17 ms
  slices_.count(false);
  run_until(30'000);
  EXPECT_EQ(slices_.slices(), 5);
  EXPECT_EQ(slices_.undisturbed(), 5);
  EXPECT_DOUBLE_EQ(slices_.undisturbed_counts().ns, 5e6);
  EXPECT_DOUBLE_EQ(slices_.undisturbed_counts().records, 50);
}

// The slice from 12 ms, in which it happened, and those that began within two milliseconds of it.
TEST_F(Slices, in_and_after_a_disturbance_do_not_count) {
  slices_.count(true);
  run_until(12'400);
  slices_.disturbed(12'400'000);
  run_until(20'100);
  slices_.count(false);
  EXPECT_EQ(slices_.slices(), 10);
  EXPECT_EQ(slices_.undisturbed(), 7);
  EXPECT_DOUBLE_EQ(slices_.undisturbed_counts().ns, 7e6);
}

TEST(TwinRun, has_plain_rates_where_too_few_slices_were_undisturbed) {
  TwinRun run;
  run.plain.records_per_second = 1;
  run.undisturbed.records_per_second = 2;
  run.slices_undisturbed = TwinRun::kEnoughSlices - 1;
  EXPECT_EQ(run.rates().records_per_second, 1);
  ++run.slices_undisturbed;
  EXPECT_EQ(run.rates().records_per_second, 2);
}

TEST(TwinSettings, a_condition_is_run_on_both_paths_with_its_parameters) {
  const auto settings = read_twin_settings(
      Json::parse(R"({"conditions": [{"name": "a", "workers": 3, "kept_aside": true}]})"), "f");
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[0].path, TwinPath::blocking);
  EXPECT_EQ(settings[1].path, TwinPath::async);
  EXPECT_EQ(settings[1].workers, 3);
  EXPECT_TRUE(settings[1].kept_aside);
  EXPECT_EQ(settings[1].record_bytes, 16384);  // its default
}

std::string problems_of(const char* json) {
  try {
    read_twin_settings(Json::parse(json), "f");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(TwinSettings, what_is_wrong_is_named_with_its_place_and_what_is_allowed) {
  EXPECT_THAT(problems_of(R"({"conditions": [{"name": "a", "workers": 0}]})"),
              HasSubstr("f: /conditions/0/workers: 0: expected an integer from 1 to 64"));
  EXPECT_THAT(problems_of(R"({"conditions": [{"name": "a", "worker": 1}]})"), HasSubstr("did you mean \"workers\""));
  EXPECT_THAT(problems_of(R"({"conditions": [{"name": "a"}, {"name": "a"}]})"), HasSubstr("/conditions/1/name"));
  EXPECT_THAT(problems_of(R"({"conditions": [{"name": "a", "device_ring": 2}]})"),
              HasSubstr("expected room for sessions x credit_records"));
  EXPECT_THAT(problems_of(R"({"conditions": [{"name": "a", "record_bytes": 2048, "credit_records": 1}]})"),
              HasSubstr("/conditions/0/credit_records: 1: expected records of 4096 bytes in all"));
  EXPECT_THAT(problems_of(R"({"conditions": []})"), HasSubstr("expected at least one condition"));
}

}  // namespace
}  // namespace ktlssim
