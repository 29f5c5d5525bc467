#include "models/step_costs.hpp"

#include <fmt/format.h>

#include <string>

#include "models/readers.hpp"

namespace ktlssim {

namespace {

constexpr CostRange kCount{0, 1e9};

void describe(ParameterVisitor& v, StepMix& mix) {
  v.text("expected", mix.expected, "", "LOW to HIGH: what the whole should cost on a server, and why");
  v.quantity("instructions", mix.instructions, kCount, "executed at the core's own rate");
  v.optional_quantity("cold_lines", mix.cold_lines, kCount,
                      "cache lines of connection, record and page that lie past the core's own caches");
  v.optional_quantity("device_accesses", mix.device_accesses, kCount, "uncached accesses of device registers");
  v.optional_quantity("atomics", mix.atomics, kCount, "atomic operations on a line that another core wrote last");
  v.optional_quantity("copied_bytes", mix.copied_bytes, kCount, "bytes that the CPU copies");
}

// More of them would only be noise to a reader.
double seven_digits(double value) { return std::stod(fmt::format("{:.7g}", value)); }

class Sum {
 public:
  void add(const Quantity& count, double each_ns, std::string_view what) {
    if (count.value() == 0) return;
    total_ += count.value() * each_ns;
    parts_ += fmt::format("{}{:.4g} {} x {:.4g} ns", parts_.empty() ? "" : " + ", count.value(), what, each_ns);
  }
  double total() const { return total_; }
  const std::string& parts() const { return parts_; }

 private:
  double total_ = 0;
  std::string parts_;
};

}  // namespace

void describe(ParameterVisitor& v, CoreRates& c) {
  v.quantity("clock_ghz", c.clock_ghz, {0.1, 10}, "under load");
  v.quantity("ipc", c.ipc, {0.05, 10}, "instructions per cycle of kernel code whose data are in its own caches");
  v.quantity("llc_ns", c.llc_ns, {0, 1e4}, "a line from the last level of cache");
  v.quantity("memory_ns", c.memory_ns, {0, 1e5}, "a line from memory under load");
  v.quantity("miss_share", c.miss_share, {0, 1},
             "part of the cold lines that lie in memory however few connections there are: what devices wrote, pages of "
             "files; without llc_bytes, of all there are");
  v.optional_quantity("llc_bytes", c.llc_bytes, {1024, 1e11},
                      "one last level of cache; what many connections displace in it lies in memory too");
  v.quantity("device_access_ns", c.device_access_ns, {0, 1e5}, "one uncached access of a register over PCIe");
  v.quantity("atomic_ns", c.atomic_ns, {0, 1e5}, "one atomic operation that fetches its line from another core");
  v.quantity("copy_gbytes_per_s", c.copy_gbytes_per_s, {0.01, 1e4}, "of one thread, source or destination cold");
}

void describe(ParameterVisitor& v, StepMixes& steps, Quantity& state_bytes) {
  v.quantity("state_bytes", state_bytes, {0, 1e9},
             "what a record of a connection brings into the last level of cache besides its payload");
  v.read_by(readers::kCaches);
  v.read_by(readers::kComposing);
  for (std::size_t i = 0; i < kStepCount; ++i) {
    v.begin_group(kStepNames[i], "what one execution of this step does");
    v.read_by(readers::kComposed[i]);
    describe(v, steps[i]);
    v.end_group();
  }
}

void describe(ParameterVisitor& v, StepsFile& file) {
  v.text("description", file.description, "", "of which kernel, and how its work was counted");
  describe(v, file.steps, file.state_bytes);
}

Quantity composed(const StepMix& mix, const CoreRates& core, double in_memory, bool per_byte, double page_bytes) {
  Sum sum;
  sum.add(mix.instructions, core.instruction_ns(), "instructions");
  sum.add(mix.cold_lines, core.line_ns(in_memory), "cold lines");
  sum.add(mix.device_accesses, core.device_access_ns.value(), "device accesses");
  sum.add(mix.atomics, core.atomic_ns.value(), "atomics");
  sum.add(mix.copied_bytes, 1 / core.copy_gbytes_per_s.value(), "bytes");
  const bool by_page = per_byte && mix.copied_bytes.value() == 0;
  std::string source = sum.parts().empty() ? "no work" : sum.parts();
  if (by_page) source += fmt::format(", a page of {:g} bytes", page_bytes);
  return Quantity(seven_digits(by_page ? sum.total() / page_bytes : sum.total()),
                  {std::move(source), Confidence::composed, {}, {}});
}

}  // namespace ktlssim
