// uBLAS checks the solution in debug builds with its default storage, which in Boost 1.74 is not C++20.
#define BOOST_UBLAS_TYPE_CHECK 0
#include "sim/experiment/fit/fit.hpp"

#include <algorithm>
#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <cmath>
#include <nlopt.hpp>

#include "sim/experiment/fit/fit_model.hpp"

namespace ktlssim {

namespace {

using Values = FitModel::Values;

// Storage of fixed capacity: the default one of Boost 1.74 is not C++20.
constexpr std::size_t kMaxParameters = kMaxFitParameters;
template <class T, std::size_t N>
using Storage = boost::numeric::ublas::bounded_array<T, N>;
using Matrix = boost::numeric::ublas::matrix<double, boost::numeric::ublas::row_major,
                                             Storage<double, kMaxParameters * kMaxParameters>>;
using Permutation =
    boost::numeric::ublas::permutation_matrix<std::size_t, Storage<std::size_t, kMaxParameters>>;

class Fitter {
 public:
  Fitter(const FitProblem& problem, std::size_t replications, const Pool& pool)
      : problem_(problem), model_(problem, replications, pool) {}

  FitResult run() {
    const Values best = minimize();
    FitResult result;
    const Values predicted = model_.predict(best);
    for (std::size_t i = 0; i < problem_.claims.size(); ++i)
      result.claims.push_back({problem_.claims[i], predicted[i]});
    result.objective = objective(model_.errors(predicted));
    const std::vector<std::optional<double>> widths = half_widths(best);
    for (std::size_t p = 0; p < best.size(); ++p)
      result.parameters.push_back({problem_.parameters[p], model_.committed()[p], best[p], widths[p]});
    result.evaluations = model_.evaluations();
    for (std::size_t p = 0; p < best.size(); ++p) {
      if (!result.parameters[p].identified()) continue;
      const auto values = model_.profile_values(p, best[p]);
      result.profile_values.insert(result.profile_values.end(), values.begin(), values.end());
    }
    return result;
  }

 private:
  static double objective(const Values& errors) {
    double sum = 0;
    for (const double error : errors) sum += error * error;
    return sum;
  }

  Values minimize() {
    constexpr double kRelativeTolerance = 1e-3;
    constexpr double kGoodEnough = 1e-4;  // all errors together within one per cent of the tolerance
    constexpr int kMaxEvaluations = 200;
    Values x = model_.start();
    nlopt::opt optimizer(x.size() == 1 ? nlopt::LN_SBPLX : nlopt::LN_BOBYQA, static_cast<unsigned>(x.size()));
    optimizer.set_lower_bounds(model_.lower());
    optimizer.set_upper_bounds(model_.upper());
    optimizer.set_initial_step(model_.first_steps());
    optimizer.set_xtol_rel(kRelativeTolerance);
    optimizer.set_stopval(kGoodEnough);
    optimizer.set_maxeval(kMaxEvaluations);
    optimizer.set_min_objective(
        [](const Values& values, Values&, void* self) {
          auto& model = *static_cast<FitModel*>(self);
          return objective(model.errors(model.predict(values)));
        },
        &model_);
    model_.optimize(optimizer, x);
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
      Values difference = model_.errors(model_.predict(high));
      const Values below = model_.errors(model_.predict(low));
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
  FitModel model_;
};

}  // namespace

bool FitResult::meets_claims() const {
  return std::ranges::all_of(claims, [](const FittedClaim& c) {
    return std::abs(c.predicted - c.claim.published) <= c.claim.allowed();
  });
}

std::vector<ProfileValue> places_in_profiles(const FitProblem& problem) {
  const FitModel model(problem, 1, {});
  std::vector<ProfileValue> all;
  for (std::size_t p = 0; p < problem.parameters.size(); ++p) {
    const auto values = model.profile_values(p, model.committed()[p]);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

FitResult fit(const FitProblem& problem, std::size_t replications, const Pool& pool) {
  return Fitter(problem, replications, pool).run();
}

}  // namespace ktlssim
