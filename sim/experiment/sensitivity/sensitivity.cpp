#include "sim/experiment/sensitivity/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/window.hpp"

namespace ktlssim {

namespace {

constexpr std::string_view kThroughput = "throughput_gbps";
constexpr std::string_view kCpu = "cpu_us_per_record";

struct Candidate {
  Sensitivity sensitivity;
  std::size_t low;  // numbers of the variants
  std::size_t high;
};

class Study {
 public:
  Study(const Variant& variant, double fraction) : variant_(variant), fraction_(fraction) {}

  SensitivityRun run(std::size_t replications, const Pool& pool) {
    if (!settle(pool)) {
      result_.interrupted = true;
      return std::move(result_);
    }
    find_candidates();
    screen(pool);
    if (!stopped()) measure(replications, pool);
    return std::move(result_);
  }

 private:
  bool stopped() const { return result_.interrupted || !result_.failure.empty(); }

  // One window for all variants, or what differs would be the window. False if interrupted.
  bool settle(const Pool& pool) {
    const Scenario scenario = load_scenario(variant_.scenario, variant_.sets);
    if (!window_is_open(scenario)) return true;
    const std::optional<FoundWindow> window = find_window(scenario, pool);
    if (!window) return false;
    variant_.sets.emplace_back("/measure/warmup=fixed");
    variant_.sets.push_back(fmt::format("/measure/warmup_ms={}", window->warmup_ms));
    variant_.sets.push_back(fmt::format("/measure/duration_ms={}", window->duration_ms));
    return true;
  }

  void find_candidates() {
    for (VariedParameter& parameter : varied_parameters(variant_, fraction_, result_.not_varied))
      candidates_.push_back({{.parameter = std::move(parameter), .throughput = {}, .cpu = {}}, 0, 0});
  }

  // A parameter that changes nothing in one replication is not looked at any further.
  void screen(const Pool& pool) {
    VariantRuns variants;
    const std::size_t base = variants.add(variant_);
    for (Candidate& candidate : candidates_)
      candidate.high = variants.add(with(variant_, candidate.sensitivity.parameter.set_high()));
    result_.interrupted = !variants.run(1, pool);
    if (result_.interrupted) return;
    const auto value = [&](std::size_t number, std::string_view metric, std::string& why) {
      const auto found = metric_of(variants.result(number, 0), std::string(metric), why);
      return found ? found->value : 0;
    };
    std::string why;
    const double throughput = value(base, kThroughput, result_.failure);
    const double cpu = value(base, kCpu, result_.failure);
    const auto changes = [&](const Candidate& candidate) {
      return value(candidate.high, kThroughput, why) != throughput || value(candidate.high, kCpu, why) != cpu;
    };
    const auto rest = std::stable_partition(candidates_.begin(), candidates_.end(), changes);
    result_.without_effect = static_cast<std::size_t>(candidates_.end() - rest);
    candidates_.erase(rest, candidates_.end());
  }

  void measure(std::size_t replications, const Pool& pool) {
    VariantRuns variants;
    for (Candidate& candidate : candidates_) {
      candidate.low = variants.add(with(variant_, candidate.sensitivity.parameter.set_low()));
      candidate.high = variants.add(with(variant_, candidate.sensitivity.parameter.set_high()));
    }
    result_.interrupted = !variants.run(replications, pool);
    if (result_.interrupted) return;
    for (Candidate& candidate : candidates_) {
      std::string why;
      candidate.sensitivity.throughput = elasticity(variants, candidate, kThroughput, why);
      candidate.sensitivity.cpu = elasticity(variants, candidate, kCpu, why);
      if (why.empty())
        result_.parameters.push_back(std::move(candidate.sensitivity));
      else
        result_.not_varied.push_back(
            {candidate.sensitivity.parameter.pointer, "a run failed: " + why.substr(0, why.find('\n'))});
    }
    // What is proven of it: the end of the interval that is nearer to zero.
    const auto proven = [](const Estimate& e) {
      return std::max({0.0, std::min(e.lo, e.hi), -std::max(e.lo, e.hi)});
    };
    const auto strength = [&](const Sensitivity& s) { return std::max(proven(s.throughput), proven(s.cpu)); };
    std::stable_sort(result_.parameters.begin(), result_.parameters.end(),
                     [&](const Sensitivity& a, const Sensitivity& b) { return strength(a) > strength(b); });
  }

  Estimate elasticity(const VariantRuns& variants, const Candidate& candidate, std::string_view metric,
                      std::string& why) {
    const double step = std::log(candidate.sensitivity.parameter.high / candidate.sensitivity.parameter.low);
    std::vector<double> values;
    bool random = false;
    for (std::size_t r = 0; r < variants.replications(); ++r) {
      const auto low = metric_of(variants.result(candidate.low, r), std::string(metric), why);
      const auto high = metric_of(variants.result(candidate.high, r), std::string(metric), why);
      const bool defined = low && high && low->value > 0 && high->value > 0;
      if (defined) values.push_back(std::log(high->value / low->value) / step);
      random = random || (low && variants.result(candidate.low, r)->random);
    }
    return estimate(std::string(metric), "1", values, random);
  }

  Variant variant_;
  double fraction_;
  std::vector<Candidate> candidates_;
  SensitivityRun result_;
};

}  // namespace

SensitivityRun sensitivity(const Variant& variant, double fraction, std::size_t replications,
                           const Pool& pool) {
  return Study(variant, fraction).run(replications, pool);
}

}  // namespace ktlssim
