#include "sim/experiment/result/folded_stacks.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>

namespace ktlssim {

std::string folded_stacks(const Experiment& experiment) {
  std::map<std::string, std::int64_t> stacks;
  for (const Replication& run : experiment.runs) {
    if (run.result.status != RunStatus::done) continue;
    for (const CpuRow& row : run.result.cpu)
      stacks[fmt::format("{};{};{}", row.thread_class, row.thread, row.function)] += row.busy_ns;
  }
  std::string text;
  for (const auto& [stack, busy_ns] : stacks) text += fmt::format("{} {}\n", stack, busy_ns);
  return text;
}

}  // namespace ktlssim
