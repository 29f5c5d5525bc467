// Memory for encrypted records that is fragmented, or short: who looks for it, who waits, and for how long.
#include "sim/kernel/uipc_ktls_memory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

constexpr Time kSecond{1'000'000'000};

// Memory that gives one buffer, and then only what is searched for, eight a time; one CPU for the worker, one for
// the alloc thread.
Scenario fragmented(ContigAllocation allocation) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(2);
  s.host.ktls.contig_scan_ns = q(5000);
  s.host.ktls.contig_reclaim_ns = q(1e6);
  s.ktls.sw_buffer_cache = true;
  s.ktls.contiguous_buffers = 1;
  s.ktls.max_alloc = 8;
  s.ktls.contig_memory = ContigMemory::fragmented;
  s.kernel.ktls.contig_allocation =
      Fact<ContigAllocation>(allocation, Provenance{"test", Confidence::scenario, ""});
  return s;
}

// A worker that needs a destination for a record at each of these times: what it gets.
class Worker {
 public:
  explicit Worker(Kernel& k) : k_(k) { so_.tls.wq = &wq_; }

  DestinationBuffer allocate_at(Time time) {
    if (time > k_.now()) k_.sleep_for(time - k_.now(), "-");
    Mbuf& m = k_.mbufs.get();
    m.so = &so_;
    m.npgs = 4;
    allocate_destination(k_, m);
    k_.settle();
    return m.destination;
  }

 private:
  Kernel& k_;
  KtlsWq wq_;
  Socket so_;
};

using Destinations = std::vector<DestinationBuffer>;

// Allocates at `times`, and then calls `look` at `end`.
Destinations allocate(const Scenario& s, const std::vector<Time>& times, Time end,
                      const std::function<void(Kernel&)>& look) {
  Destinations got;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    ktls_buffers_init(k);
    Worker worker(k);
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 1, [&] {
      for (const Time time : times) got.push_back(worker.allocate_at(time));
      k.sched.sleep("-");
    }));
    k.executive.run_until(end);
    k.sched.account_all();
    look(k);
  });
  return got;
}

std::int64_t busy_of_alloc_thread(const Kernel& k) {
  const KtlsBuffers& buffers = k.ktls.domains.front();
  return buffers.alloc_thread->busy_ns[static_cast<std::size_t>(Function::ktls_alloc_thread)];
}

constexpr auto kContiguous = DestinationBuffer::contiguous;
constexpr auto kPages = DestinationBuffer::pages;

TEST(FragmentedMemory, before_the_reclaim_thread_the_alloc_thread_searches_for_ever) {
  const Scenario s = fragmented(ContigAllocation::alloc_thread);
  const Destinations got =
      allocate(s, {kNoTime, kNoTime, 2 * kSecond}, 3 * kSecond, [](const Kernel& k) {
        const KtlsBuffers& buffers = k.ktls.domains.front();
        EXPECT_EQ(buffers.contiguous, 1);
        EXPECT_EQ(buffers.allocs, 0);
        EXPECT_EQ(buffers.reclaims, 0);
        EXPECT_EQ(buffers.failures, 2);
        EXPECT_EQ(busy_of_alloc_thread(k), 3'000'000'000);  // all of a CPU, from the first failure on
      });
  EXPECT_EQ(got, Destinations({kContiguous, kPages, kPages}));
}

TEST(FragmentedMemory, a_reclaim_thread_makes_room_once_and_the_worker_sees_it_after_its_second) {
  const Scenario s = fragmented(ContigAllocation::reclaim_thread);
  const std::vector<Time> times{kNoTime, kNoTime, kSecond - Time{1}, kSecond};
  const Destinations got = allocate(s, times, 3 * kSecond, [](const Kernel& k) {
    const KtlsBuffers& buffers = k.ktls.domains.front();
    EXPECT_EQ(buffers.contiguous, 1 + 8);
    EXPECT_EQ(buffers.allocs, 0);
    EXPECT_EQ(buffers.reclaims, 1);
    EXPECT_EQ(buffers.failures, 1);
    EXPECT_EQ(busy_of_alloc_thread(k), 8'000'000);  // a millisecond a buffer
  });
  EXPECT_EQ(got, Destinations({kContiguous, kPages, kPages, kContiguous}));
}

// How long `allocations` of a request's state take, which cost nothing else, and the CPU time that they take.
struct Waited {
  Time all;
  std::int64_t busy_ns;
};
Waited allocate_states(double probability, double mean_us, int allocations) {
  Scenario s = ideal_scenario();
  s.faults.vm_wait_probability = probability;
  s.faults.vm_wait_us = mean_us;
  Waited waited{};
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      for (int i = 0; i < allocations; ++i) state_free(k, state_alloc(k));
      k.settle();
      waited.all = k.now();
      k.sched.sleep("-");
    }));
    k.executive.run_until(100 * kSecond);
    waited.busy_ns = k.sched.busy_ns(0);
  });
  return waited;
}

TEST(VmWait, an_allocation_sleeps_as_often_and_as_long_as_the_faults_say) {
  // Of each: p times an exponential time of mean m. Its variance is 2 p m^2 - (p m)^2.
  constexpr int kAllocations = 20000;
  constexpr double kMeanUs = 1000;
  for (const double p : {0.25, 1.0}) {
    const Waited waited = allocate_states(p, kMeanUs, kAllocations);
    const double deviation_us = kMeanUs * std::sqrt(kAllocations * (2 * p - p * p));
    EXPECT_NEAR(to_us(waited.all), kAllocations * p * kMeanUs, 5 * deviation_us);
    EXPECT_EQ(waited.busy_ns, 0);
  }
  EXPECT_EQ(allocate_states(0, kMeanUs, kAllocations).all, kNoTime);
  EXPECT_EQ(allocate_states(1, 0, kAllocations).all, kNoTime);
}

}  // namespace
}  // namespace ktlssim
