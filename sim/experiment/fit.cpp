// uBLAS checks the solution in debug builds with its default storage, which in Boost 1.74 is not C++20.
#define BOOST_UBLAS_TYPE_CHECK 0
#include "sim/experiment/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <cmath>
#include <nlopt.hpp>
#include <stdexcept>

#include "sim/experiment/effective.hpp"
#include "sim/experiment/profiles.hpp"
#include "sim/experiment/scenario_file.hpp"

namespace ktlssim {

namespace {

using Values = std::vector<double>;

// Storage of fixed capacity: the default one of Boost 1.74 is not C++20.
constexpr std::size_t kMaxParameters = kMaxFitParameters;
template <class T, std::size_t N>
using Storage = boost::numeric::ublas::bounded_array<T, N>;
using Matrix = boost::numeric::ublas::matrix<double, boost::numeric::ublas::row_major,
                                             Storage<double, kMaxParameters * kMaxParameters>>;
using Permutation =
    boost::numeric::ublas::permutation_matrix<std::size_t, Storage<std::size_t, kMaxParameters>>;

double value_at(const Json& json, const std::string& pointer) {
  const Json& found = json.at(Json::json_pointer(pointer));
  return found.is_object() ? found.at("value").get<double>() : found.get<double>();
}

class Fitter {
 public:
  Fitter(const FitProblem& problem, std::size_t replications, std::size_t jobs)
      : problem_(problem), replications_(replications), jobs_(jobs) {
    for (const FitParameter& parameter : problem.parameters) {
      hosts_.push_back(parameter.times_host.empty()
                           ? Json()
                           : Json{{"host", profile_json(load_host_profile(parameter.times_host))}});
      committed_.push_back(committed(parameter, hosts_.back()));
    }
  }

  FitResult run() {
    const Values best = minimize();
    FitResult result;
    const Values predicted = predict(best);
    for (std::size_t i = 0; i < problem_.claims.size(); ++i)
      result.claims.push_back({problem_.claims[i], predicted[i]});
    result.objective = objective(errors(predicted));
    const std::vector<std::optional<double>> widths = half_widths(best);
    for (std::size_t p = 0; p < best.size(); ++p)
      result.parameters.push_back({problem_.parameters[p], committed_[p], best[p], widths[p]});
    result.evaluations = evaluations_;
    return result;
  }

 private:
  bool applies(const FitParameter& parameter, const Claim& claim) const {
    return parameter.claims.empty() ||
           std::find(parameter.claims.begin(), parameter.claims.end(), claim.name) != parameter.claims.end();
  }

  double committed(const FitParameter& parameter, const Json& host) const {
    const auto claim = std::find_if(problem_.claims.begin(), problem_.claims.end(),
                                    [&](const Claim& c) { return applies(parameter, c); });
    const Json scenario = effective_json(load_scenario(claim->variant.scenario, claim->variant.sets));
    const std::string& pointer = parameter.pointers.front();
    const double now = value_at(scenario, pointer);
    return host.is_null() ? now : now / value_at(host, pointer);
  }

  Claim with_values(Claim claim, const Values& values) const {
    for (std::size_t p = 0; p < values.size(); ++p) {
      if (!applies(problem_.parameters[p], claim)) continue;
      for (const std::string& pointer : problem_.parameters[p].pointers) {
        const double factor = hosts_[p].is_null() ? 1 : value_at(hosts_[p], pointer);
        const std::string set = fmt::format("{}={}", pointer, number_json(values[p] * factor).dump());
        claim.variant.sets.push_back(set);
        if (claim.against) claim.against->sets.push_back(set);
      }
    }
    return claim;
  }

  Values predict(const Values& values) {
    ++evaluations_;
    std::vector<Claim> claims;
    for (const Claim& claim : problem_.claims) claims.push_back(with_values(claim, values));
    const ValidationRun run = validate(claims, replications_, jobs_, false);
    if (run.interrupted) throw nlopt::forced_stop();
    Values predicted;
    for (const ClaimOutcome& outcome : run.outcomes) {
      if (!outcome.failure.empty())
        throw std::runtime_error(fmt::format("{}: a run failed: {}", outcome.claim.name, outcome.failure));
      predicted.push_back(outcome.predicted.mean);
    }
    return predicted;
  }

  // In units of the tolerances.
  Values errors(const Values& predicted) const {
    Values all;
    for (std::size_t i = 0; i < predicted.size(); ++i)
      all.push_back((predicted[i] - problem_.claims[i].published) / problem_.claims[i].allowed());
    return all;
  }
  static double objective(const Values& errors) {
    double sum = 0;
    for (const double error : errors) sum += error * error;
    return sum;
  }

  Values minimize() {
    constexpr double kRelativeStep = 0.1;
    constexpr double kStepOfRange = 0.05;
    constexpr double kRelativeTolerance = 1e-3;
    constexpr double kGoodEnough = 1e-4;  // all errors together within one per cent of the tolerance
    constexpr int kMaxEvaluations = 200;
    Values x;
    Values step;
    Values lower;
    Values upper;
    for (std::size_t p = 0; p < committed_.size(); ++p) {
      const FitParameter& parameter = problem_.parameters[p];
      lower.push_back(parameter.min);
      upper.push_back(parameter.max);
      x.push_back(std::clamp(committed_[p], parameter.min, parameter.max));
      step.push_back(std::max(x.back() * kRelativeStep, (parameter.max - parameter.min) * kStepOfRange));
    }
    nlopt::opt optimizer(x.size() == 1 ? nlopt::LN_SBPLX : nlopt::LN_BOBYQA, static_cast<unsigned>(x.size()));
    optimizer.set_lower_bounds(lower);
    optimizer.set_upper_bounds(upper);
    optimizer.set_initial_step(step);
    optimizer.set_xtol_rel(kRelativeTolerance);
    optimizer.set_stopval(kGoodEnough);
    optimizer.set_maxeval(kMaxEvaluations);
    optimizer.set_min_objective(
        [](const Values& values, Values&, void* self) {
          auto& fitter = *static_cast<Fitter*>(self);
          return objective(fitter.errors(fitter.predict(values)));
        },
        this);
    double reached = 0;
    optimizer.optimize(x, reached);
    return x;
  }

  // From the inverse of J'J, J the errors' slopes by central differences: what one tolerance of each claim
  // allows. Nothing if the matrix is singular.
  std::vector<std::optional<double>> half_widths(const Values& best) {
    constexpr double kStep = 0.05;
    constexpr double kStepOfRange = 0.01;  // where the value itself is near zero
    const std::size_t n = best.size();
    std::vector<Values> slopes;
    for (std::size_t p = 0; p < n; ++p) {
      Values low = best;
      Values high = best;
      const FitParameter& parameter = problem_.parameters[p];
      const double step = std::max(best[p] * kStep, (parameter.max - parameter.min) * kStepOfRange);
      low[p] = std::max(best[p] - step, parameter.min);
      high[p] = std::min(best[p] + step, parameter.max);
      Values difference = errors(predict(high));
      const Values below = errors(predict(low));
      for (std::size_t i = 0; i < difference.size(); ++i)
        difference[i] = (difference[i] - below[i]) / (high[p] - low[p]);
      slopes.push_back(std::move(difference));
    }
    Matrix normal(n, n);
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t r = 0; r < n; ++r) {
        normal(p, r) = 0;
        for (std::size_t i = 0; i < slopes[p].size(); ++i)
          normal(p, r) += slopes[p][i] * slopes[r][i] * best[p] * best[r];  // relative, for the conditioning
      }
    std::vector<std::optional<double>> widths(n);
    Permutation order(n);
    Matrix inverse = boost::numeric::ublas::identity_matrix<double>(n);
    if (boost::numeric::ublas::lu_factorize(normal, order) != 0) return widths;
    boost::numeric::ublas::lu_substitute(normal, order, inverse);
    for (std::size_t p = 0; p < n; ++p)
      if (inverse(p, p) > 0) widths[p] = std::sqrt(inverse(p, p)) * best[p];
    return widths;
  }

  const FitProblem& problem_;
  std::size_t replications_;
  std::size_t jobs_;
  std::vector<Json> hosts_;  // by parameter; null without `times_host`
  Values committed_;
  int evaluations_ = 0;
};

}  // namespace

FitResult fit(const FitProblem& problem, std::size_t replications, std::size_t jobs) {
  return Fitter(problem, replications, jobs).run();
}

}  // namespace ktlssim
