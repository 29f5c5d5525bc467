// Clients that think, against closed forms.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/queueing_theory.hpp"

namespace ktlssim {
namespace {

double records_each_second(const Scenario& s) {
  return metric(simulate(s, EngineKind::fiber, 0), "records_per_second");
}

// Each session has one record at a time, which a card encrypts in 2 us.
Scenario thinkers(int sessions, double think_us, ServiceLaw law) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(sessions);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = sessions;
  s.workload.records_in_flight = 1;
  s.workload.think_us = think_us;
  s.workload.think_law = law;
  s.driver.device.law = law;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 100;
  return s;
}

TEST(Think, a_record_comes_again_when_its_client_has_thought) {
  // N / (Z + R), R = 2 us; more than ten keep the card busy.
  EXPECT_NEAR(records_each_second(thinkers(4, 18, ServiceLaw::constant)), 4e6 / (18 + 2), 100);
  EXPECT_NEAR(records_each_second(thinkers(15, 18, ServiceLaw::constant)), 1e6 / 2, 100);
}

TEST(Think, random_times_make_machine_repairmen) {
  for (const int sessions : {1, 5, 12}) {
    Scenario s = thinkers(sessions, 18, ServiceLaw::exponential);
    s.measure.duration_ms = 1000;
    const double expected = theory::repairmen(sessions, 1, 18, 2) * 1e6;
    EXPECT_NEAR(records_each_second(s), expected, 0.01 * expected) << sessions << " sessions";
  }
}

// Clients 50 us away ask for `bytes`, and think for 100 us when they have them.
Scenario askers(std::int64_t bytes, WorkloadKind kind, AppIo io) {
  Scenario s = ideal_scenario();
  s.workload.kind = kind;
  s.workload.io = io;
  s.workload.sessions = 3;
  s.workload.request_bytes = bytes;
  s.workload.think_us = 100;
  s.workload.think_law = ServiceLaw::constant;
  s.network.rate_gbps = 100;
  s.network.rtt_us = 50;
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 100;
  return s;
}

TEST(Think, a_client_asks_when_it_has_all_of_its_reply) {
  for (const WorkloadKind kind : {WorkloadKind::send, WorkloadKind::sendfile})
    for (const AppIo io : {AppIo::kevent, AppIo::blocking, AppIo::poll})
      for (const std::int64_t records : {1, 3}) {
        // 16413 bytes of a record on the wire, 90 more of each packet of 1448; half a round trip each way.
        const double packets = static_cast<double>((records * 16413 + 1447) / 1448);
        const double reply_us = (static_cast<double>(records) * 16413 + packets * 90) * 8 / 100e3 + 50;
        const double expected = 3 * static_cast<double>(records) * 1e6 / (100 + reply_us);
        EXPECT_NEAR(records_each_second(askers(records * 16384, kind, io)), expected, 0.01 * expected)
            << name(kind) << ", " << name(io) << ", " << records << " records";
      }
}

TEST(Think, many_idle_connections_stand_beside_a_busy_server) {
  Scenario s = askers(16384, WorkloadKind::sendfile, AppIo::kevent);
  s.host.cpus = q(2);
  s.workload.sessions = 2000;
  s.workload.think_us = 20000;
  s.workload.think_law = ServiceLaw::exponential;
  s.workload.start_spread_us = 20000;
  s.measure.warmup_ms = 40;
  s.measure.duration_ms = 400;
  const double expected = 2000 * 1e6 / (20000 + 51.4);
  EXPECT_NEAR(records_each_second(s), expected, 0.02 * expected);
}

TEST(Think, both_engines_agree) {
  Scenario s = askers(40000, WorkloadKind::sendfile, AppIo::kevent);
  s.workload.think_law = ServiceLaw::uniform;
  s.measure.duration_ms = 5;
  const std::uint64_t fiber = simulate(s, EngineKind::fiber, 0).fingerprint;
  in_child([&] { EXPECT_EQ(simulate(s, EngineKind::simgrid, 0).fingerprint, fiber); });
}

}  // namespace
}  // namespace ktlssim
