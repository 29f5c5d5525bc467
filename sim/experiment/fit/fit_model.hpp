// The model as a function of the parameters of a fit.
#pragma once

#include <cstddef>
#include <exception>
#include <nlopt.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/fit/fit.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

class FitModel {
 public:
  using Values = std::vector<double>;  // of the parameters, in their order

  // A run did not come to its end, so that there is no prediction; what() says which and why.
  class RunFailed : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
  };

  FitModel(const FitProblem& problem, std::size_t replications, const Pool& pool);

  // In the profiles now.
  const Values& committed() const { return committed_; }
  // Where a search begins, how far its first steps go, and its bounds.
  Values start() const;
  Values first_steps() const;
  Values lower() const;
  Values upper() const;

  // Of each claim, with common random numbers. Throws RunFailed, or nlopt::forced_stop if it is interrupted.
  Values predict(const Values& values);
  // In units of the tolerances.
  Values errors(const Values& predicted) const;
  // Runs an optimizer that asks for predictions, from `x` on, and leaves its best place there. Throws what a
  // prediction threw, which NLopt by itself would call a failure.
  void optimize(nlopt::opt& optimizer, Values& x);
  int evaluations() const { return evaluations_; }

  // What parameter `p` stands for in the profiles of the first claim that it applies to.
  std::vector<ProfileValue> profile_values(std::size_t p, double value) const;

 private:
  std::vector<std::pair<std::string, double>> settings(std::size_t p, double value) const;
  std::string fitted_to(const FitParameter& parameter) const;
  const Claim& first_claim(const FitParameter& parameter) const;
  bool applies(const FitParameter& parameter, const Claim& claim) const;
  double committed(const FitParameter& parameter, const Json& host) const;
  Claim with_values(Claim claim, const Values& values) const;

  const FitProblem& problem_;
  std::size_t replications_;
  Pool pool_;
  std::vector<Json> hosts_;  // by parameter; null without `times_host`
  Values committed_;
  int evaluations_ = 0;
  std::exception_ptr failure_;  // of a prediction
};

}  // namespace ktlssim
