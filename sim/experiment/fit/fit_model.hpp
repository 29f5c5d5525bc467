// The model as a function of the parameters of a fit.
#pragma once

#include <cstddef>
#include <exception>
#include <map>
#include <nlopt.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/fit/fit.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

class FitModel {
 public:
  using Values = std::vector<double>;  // of the parameters, in their order

  FitModel(const FitProblem& problem, std::size_t replications, const Pool& pool);

  // In the profiles now.
  const Values& committed() const { return committed_; }
  // Where a search begins, how far its first steps go, and its bounds.
  Values start() const;
  Values first_steps() const;
  Values lower() const;
  Values upper() const;

  // Of each claim, with common random numbers. Throws std::runtime_error if a run does not come to its end,
  // nlopt::forced_stop if it is interrupted.
  Values predict(const Values& values);
  // The same of single claims, each at a place of its own; NaN where a run did not come to its end. A claim depends on
  // nothing but the parameters that apply to it: what was asked before at the same values of these is remembered, and the
  // rest is simulated together.
  struct Asked {
    std::size_t claim;
    Values values;
  };
  Values predict(const std::vector<Asked>& asked);
  // In units of the tolerances.
  Values errors(const Values& predicted) const;
  // Runs an optimizer that asks for predictions, from `x` on, and leaves its best place there. Throws what a
  // prediction threw, which NLopt by itself would call a failure.
  void optimize(nlopt::opt& optimizer, Values& x);
  int evaluations() const { return evaluations_; }
  // Predictions of a claim that were not remembered.
  std::size_t simulated() const { return simulated_; }

  bool applies(std::size_t parameter, std::size_t claim) const;

  // What parameter `p` stands for in the profiles of the first claim that it applies to.
  std::vector<ProfileValue> profile_values(std::size_t p, double value) const;

 private:
  std::vector<std::pair<std::string, double>> settings(std::size_t p, double value) const;
  std::string fitted_to(const FitParameter& parameter) const;
  const Claim& first_claim(const FitParameter& parameter) const;
  bool applies(const FitParameter& parameter, const Claim& claim) const;
  double committed(const FitParameter& parameter, const Json& host) const;
  Claim with_values(Claim claim, const Values& values) const;
  Values own_values(const Asked& asked) const;

  const FitProblem& problem_;
  std::size_t replications_;
  Pool pool_;
  std::vector<Json> hosts_;  // by parameter; null without `times_host`
  Values committed_;
  struct Remembered {
    double predicted;
    std::string failure;  // of a run; empty: none
  };
  std::vector<std::map<Values, Remembered>> remembered_;  // by claim, by the values of the parameters that apply to it
  std::size_t simulated_ = 0;
  int evaluations_ = 0;
  std::exception_ptr failure_;  // of a prediction
};

}  // namespace ktlssim
