#include "sim/experiment/measuring/total_effect.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/ensemble/suite_figures.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

// Draws of other machines than those of any ensemble.
constexpr std::size_t kFirst = 1'000'064;
constexpr std::size_t kOther = 2'000'000;

class Study {
 public:
  Study(const Scenario& a, const std::optional<Scenario>& b, std::string metric, std::size_t count)
      : metric_(std::move(metric)), count_(count) {
    sides_.push_back(a);
    if (b) sides_.push_back(*b);
    for (const Scenario& side : sides_)
      for (const InexactValue& value : inexact_values(side))
        if (std::ranges::find(values_, value.name, &InexactValue::name) == values_.end()) values_.push_back(value);
  }

  TotalEffects run(const Pool& pool) {
    for (Scenario& side : sides_) side = with_shorter_window(side, simulate(side, EngineKind::fiber, 0).events);
    screen(pool);
    if (!result_.interrupted) measure(pool);
    return std::move(result_);
  }

 private:
  struct Task {
    std::size_t draw;
    std::vector<Replaced> replaced;
    std::size_t replication = 0;
  };

  RunResult answer(const Task& task) const {
    RunResult all;
    std::vector<double> values;
    for (const Scenario& side : sides_) {
      double value = kNaN;
      try {
        const RunResult run = simulate(on_machine(side, task.draw, task.replaced), EngineKind::fiber, task.replication);
        std::string why;
        if (const auto metric = metric_of(&run, metric_, why)) value = metric->value;
      } catch (const InputError&) {  // values that do not go together
      }
      values.push_back(value);
    }
    all.metrics.push_back({metric_, "", values.size() > 1 ? std::log(values[1] / values[0]) : values[0]});
    return all;
  }

  std::vector<double> answers(const std::vector<Task>& tasks, const Pool& pool) {
    const PoolOutcome outcome = run_in_children(tasks.size(), pool, [&](std::size_t i) { return answer(tasks[i]); });
    result_.interrupted = outcome.interrupted;
    result_.runs += tasks.size() * sides_.size();
    std::vector<double> all;
    for (const auto& result : outcome.results) all.push_back(result && !result->metrics.empty() ? result->metrics[0].value : kNaN);
    return all;
  }

  // A value whose ends make no difference on two machines makes none.
  void screen(const Pool& pool) {
    std::vector<Task> tasks;
    for (const std::size_t draw : {kFirst, kFirst + 1})
      for (const InexactValue& value : values_)
        for (const double end : {0.02, 0.98}) tasks.push_back({draw, {{value.name, end}}});
    const std::vector<double> found = answers(tasks, pool);
    if (result_.interrupted) return;
    std::vector<InexactValue> with_effect;
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const std::size_t second = 2 * (v + values_.size());
      const bool same = found[2 * v] == found[2 * v + 1] && found[second] == found[second + 1];
      if (!same) with_effect.push_back(values_[v]);
    }
    result_.without_effect = values_.size() - with_effect.size();
    values_ = std::move(with_effect);
  }

  void measure(const Pool& pool) {
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t draw = kFirst + i;
      tasks.push_back({draw, {}});
      tasks.push_back({draw, {}, 1});
      for (const InexactValue& value : values_) tasks.push_back({draw, {{value.name, quantile(value.name, kOther + i)}}});
    }
    const std::vector<double> found = answers(tasks, pool);
    if (result_.interrupted) return;
    const std::size_t row = values_.size() + 2;
    std::vector<double> base;
    for (std::size_t i = 0; i < count_; ++i)
      if (std::isfinite(found[i * row])) base.push_back(found[i * row]);
    constexpr std::size_t kFewest = 8;
    if (base.size() < kFewest) {
      result_.failure = "on too few machines the runs came to their end";
      return;
    }
    for (const double y : base) result_.mean += y / static_cast<double>(base.size());
    double variance = 0;
    for (const double y : base) variance += (y - result_.mean) * (y - result_.mean) / static_cast<double>(base.size() - 1);
    result_.sd = std::sqrt(variance);
    for (std::size_t column = 1; column < row; ++column) {
      std::vector<double> squares;
      for (std::size_t i = 0; i < count_; ++i) {
        const double difference = found[i * row] - found[i * row + column];
        if (std::isfinite(difference)) squares.push_back(difference * difference / 2);
      }
      const bool dice = column == 1;
      add(dice ? "dice" : values_[column - 2].pointer, dice ? "" : values_[column - 2].profile, squares, variance);
    }
    std::ranges::stable_sort(result_.effects, std::greater<>(), &TotalEffect::part);
  }

  void add(const std::string& pointer, const std::string& profile, const std::vector<double>& squares, double variance) {
    if (squares.size() < 2 || variance <= 0) return;
    const auto n = static_cast<double>(squares.size());
    double mean = 0;
    for (const double s : squares) mean += s / n;
    double spread = 0;
    for (const double s : squares) spread += (s - mean) * (s - mean) / (n - 1);
    const double half = 2 * std::sqrt(spread / n) / variance;
    const double part = mean / variance;
    result_.effects.push_back({pointer, profile, part, std::max(0.0, part - half), part + half});
  }

  std::vector<Scenario> sides_;
  std::string metric_;
  std::size_t count_;
  std::vector<InexactValue> values_;
  TotalEffects result_;
};

}  // namespace

TotalEffects total_effects(const Scenario& a, const std::optional<Scenario>& b, const std::string& metric, std::size_t count,
                           const Pool& pool) {
  return Study(a, b, metric, count).run(pool);
}

}  // namespace ktlssim
