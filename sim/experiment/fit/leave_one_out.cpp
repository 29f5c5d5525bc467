#include "sim/experiment/fit/leave_one_out.hpp"

#include <algorithm>
#include <limits>
#include <nlopt.hpp>

#include "sim/experiment/fit/fit_model.hpp"

namespace ktlssim {

namespace {

using Values = FitModel::Values;

// Searches the end of one claim's prediction, with the other claims as constraints.
class Search {
 public:
  Search(FitModel& model, std::size_t left_out, bool highest)
      : model_(model), left_out_(left_out), sign_(highest ? -1 : 1) {}

  double run() {
    constexpr double kRelativeTolerance = 5e-3;
    constexpr int kMaxEvaluations = 40;
    Values x = model_.start();
    nlopt::opt optimizer(nlopt::LN_COBYLA, static_cast<unsigned>(x.size()));
    optimizer.set_lower_bounds(model_.lower());
    optimizer.set_upper_bounds(model_.upper());
    optimizer.set_initial_step(model_.first_steps());
    optimizer.set_xtol_rel(kRelativeTolerance);
    optimizer.set_maxeval(kMaxEvaluations);
    optimizer.set_min_objective([](const Values& values, Values&,
                                   void* self) { return static_cast<Search*>(self)->prediction(values); },
                                this);
    optimizer.add_inequality_constraint(
        [](const Values& values, Values&, void* self) {
          return static_cast<Search*>(self)->violation(values);
        },
        this, kSlack);
    try {
      model_.optimize(optimizer, x);
    } catch (const nlopt::roundoff_limited&) {  // as near as it gets
    }
    return sign_ * best_;
  }

  // Where a run ended early.
  int failed_places() const { return failed_places_; }

 private:
  static constexpr double kSlack = 0.05;  // of a tolerance
  static constexpr double kFarOff = 10;   // tolerances: where a run ends early, there is no prediction

  // The optimizer asks for both at the same place.
  void look(const Values& values) {
    if (values == at_) return;
    at_ = values;
    try {
      predicted_ = model_.predict(values);
    } catch (const FitModel::RunFailed&) {
      ++failed_places_;
      predicted_.resize(left_out_ + 1);
      violation_ = kFarOff;
      return;
    }
    violation_ = -1;
    const Values errors = model_.errors(predicted_);
    for (std::size_t i = 0; i < errors.size(); ++i)
      if (i != left_out_) violation_ = std::max(violation_, std::abs(errors[i]) - 1);
    if (violation_ <= kSlack) best_ = std::min(best_, sign_ * predicted_[left_out_]);
  }
  double prediction(const Values& values) {
    look(values);
    return sign_ * predicted_[left_out_];
  }
  double violation(const Values& values) {
    look(values);
    return violation_;
  }

  FitModel& model_;
  std::size_t left_out_;
  double sign_;
  Values at_;
  Values predicted_;
  double violation_ = 0;
  int failed_places_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<LeftOut> leave_one_out(const FitProblem& problem, std::size_t replications, const Pool& pool) {
  FitModel model(problem, replications, pool);
  std::vector<LeftOut> all;
  for (std::size_t i = 0; i < problem.claims.size(); ++i) {
    Search lowest(model, i, false);
    Search highest(model, i, true);
    const double lo = lowest.run();
    const double hi = highest.run();
    all.push_back({problem.claims[i], lo, hi, lowest.failed_places() + highest.failed_places()});
  }
  return all;
}

}  // namespace ktlssim
