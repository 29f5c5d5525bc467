#include "sim/kernel/kernel.hpp"

#include "sim/engine/random_stream.hpp"

namespace ktlssim {

Kernel::Kernel(Executive& executive_, const Scenario& scenario_, std::uint64_t replication_)
    : executive(executive_),
      scenario(scenario_),
      segments(scenario_.segments()),
      tso(scenario_.network.kind == NetworkKind::nic && scenario_.network.tso),  // lo0 has none
      bytes_per_mbuf(scenario_.network.kind == NetworkKind::nic ? scenario_.sent_mbuf_bytes() : 0),
      replication(replication_),
      memory(scenario_.host.memory, window, scenario_.host.domains_differ() ? scenario_.host.numa_domains.count() : 1),
      numa(scenario_, window),
      sched(executive_, scenario_.host, scenario_.kernel.scheduler,
            static_cast<std::uint32_t>(random_stream("scheduler")())),
      vectors(static_cast<int>(scenario_.cpus()), static_cast<int>(scenario_.cpus_per_domain()),
              static_cast<int>(scenario_.host.threads_per_core.count())),
      flow_ids(random_stream("flow ids")),
      faults(scenario_.faults, random_stream("faults")),
      steps_vary_(scenario_.host.step_law != ServiceLaw::constant),
      steps_(random_stream("steps")) {}

boost::random::mt19937_64 Kernel::random_stream(std::string_view name) const {
  return ktlssim::random_stream(static_cast<std::uint64_t>(scenario.seed), replication, name);
}

void Kernel::sleep_for(Time time, std::string_view wchan) {
  settle();
  Thread* const thread = sched.curthread();
  calendar().call_at<&Kernel::pause_over>(now() + time, Rank::hardware, this,
                                          reinterpret_cast<std::uintptr_t>(thread));
  sched.sleep(wchan);
}

void Kernel::pause_over(std::uint64_t thread) {
  sched.make_runnable(*reinterpret_cast<Thread*>(static_cast<std::uintptr_t>(thread)));
}

// Each step has a cost of its own, around the one given.
void Kernel::charge_about(Function function, Time cost) {
  const Time drawn = draw(scenario.host.step_law, cost, steps_);
  if (drawn > kNoTime)
    sched.charge(function, drawn);
  else
    settle();
}

}  // namespace ktlssim
