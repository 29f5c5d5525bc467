#include "sim/machine/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/counted.hpp"
#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

constexpr double kStarving = 0.5;  // of the time it is ready to run, and does not
constexpr double kWorks = 0.5;     // a device beside which another one should do something too
constexpr double kIdle = 0.01;

void add_idle_devices(const Kernel& k, std::span<const Resource> resources, std::vector<std::string>& found) {
  double most = 0;
  for (const Resource& resource : resources)
    if (resource.kind == "device") most = std::max(most, resource.utilization);
  if (most < kWorks) return;
  for (const Driver* const driver : k.drivers)
    for (const Resource& resource : driver->resources(k.recorder.window_ready()))
      if (resource.kind == "device" && resource.utilization < kIdle && driver->sessions() > 0)
        found.push_back(fmt::format("{} idle ({:.1f} % busy), though {} {} theirs", resource.name,
                                    100 * resource.utilization, counted(driver->sessions(), "session"), are(driver->sessions())));
}

}  // namespace

std::vector<std::string> starving_threads(const Kernel& k) {
  std::vector<std::string> found;
  const auto window_ns = static_cast<double>((k.window.end - k.window.begin).count());
  for (const auto& thread : k.sched.threads()) {
    const double waited = static_cast<double>(k.sched.waited_ns(*thread)) / window_ns;
    if (!thread->ithread() || waited < kStarving) continue;
    found.push_back(fmt::format("interrupt thread {} starves: it waits for CPU {} {:.0f} % of the time",
                                thread->name, thread->cpu, 100 * waited));
  }
  return found;
}

std::vector<std::string> findings(const Kernel& k, std::span<const Resource> resources) {
  std::vector<std::string> found = starving_threads(k);
  add_idle_devices(k, resources, found);
  return found;
}

}  // namespace ktlssim
