// Threads that run for a while each time they are woken, on both engines.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {

class SchedulerFixture : public testing::TestWithParam<EngineKind> {
 protected:
  using Times = std::vector<std::int64_t>;

  // Runs `body` with a kernel of this scenario on the engine under test, in a process of its own.
  void run(const std::function<void(Kernel&)>& body) {
    in_child([&] { with_kernel(scenario_, GetParam(), body); });
  }
  // A timer of the thread's last CPU wakes it.
  static void wake_at(Kernel& k, Thread& thread, std::int64_t ns) { at(k, thread, -1, ns); }
  static void interrupt_at(Kernel& k, Thread& thread, int cpu, std::int64_t ns) { at(k, thread, cpu, ns); }
  // By another CPU; under way for 3000 ns.
  static void ipi_at(Kernel& k, Thread& thread, int cpu, std::int64_t ns) { at(k, thread, cpu, ns, true); }
  // A thread that runs `ns` each time it is woken and notes when each is over.
  Thread& worker(Kernel& k, const std::string& name, ThreadClass thread_class, int cpu, std::int64_t ns) {
    return k.sched.create(name, thread_class, cpu, [this, &k, name, ns] {
      for (;;) {
        k.charge(Function::application, Time{ns});
        done_[name].push_back(k.now().count());
        k.sched.sleep("-");
      }
    });
  }

  Scenario scenario_ = ideal_scenario();
  std::map<std::string, Times> done_;  // threads note here when they get somewhere

 private:
  struct Waker {
    Kernel& kernel;
    Thread& thread;
    int cpu;
    bool ipi;
    void wake(std::uint64_t) {
      if (cpu < 0)
        kernel.sched.make_runnable(thread);
      else if (ipi)
        kernel.sched.ipi_cpu(thread, cpu, Time{3000});
      else
        kernel.sched.interrupt(thread, cpu);
      delete this;
    }
  };
  static void at(Kernel& k, Thread& thread, int cpu, std::int64_t ns, bool ipi = false) {
    k.calendar().call_at<&Waker::wake>(Time{ns}, Rank::hardware, new Waker{k, thread, cpu, ipi});
  }
};

inline std::string engine_name(const testing::TestParamInfo<EngineKind>& test) {
  return std::string(name(test.param));
}

}  // namespace ktlssim
