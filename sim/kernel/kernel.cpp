#include "sim/kernel/kernel.hpp"

#include "sim/workload/random_stream.hpp"

namespace ktlssim {

Kernel::Kernel(Executive& executive_, const Scenario& scenario_, std::uint64_t replication_)
    : executive(executive_),
      scenario(scenario_),
      replication(replication_),
      memory(scenario_.host.memory, window),
      sched(executive_, scenario_.host),
      flow_ids(random_stream(*this, "flow ids")),
      faults(scenario_.faults, random_stream(*this, "faults")),
      steps_(random_stream(*this, "steps")) {}

Time Kernel::vary(Time cost) { return draw(scenario.host.step_law, cost, steps_); }

}  // namespace ktlssim
