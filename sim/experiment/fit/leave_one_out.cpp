#include "sim/experiment/fit/leave_one_out.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlopt.hpp>

#include "sim/experiment/fit/fit_model.hpp"

namespace ktlssim {

namespace {

using Values = FitModel::Values;
using Asked = FitModel::Asked;

void add_once(std::vector<std::size_t>& all, std::size_t one) {
  if (std::ranges::find(all, one) == all.end()) all.push_back(one);
}

// What hangs together with a claim: those that share a parameter with it, those that share one with these, and so on.
struct Neighbourhood {
  std::vector<std::size_t> claims;
  std::vector<std::size_t> searched;  // parameters of more than one claim; where there are none, those of the claim

  Neighbourhood(const FitModel& model, std::size_t number_of_claims, std::size_t claim) : claims{claim} {
    for (std::size_t next = 0; next < claims.size(); ++next)
      for (std::size_t p = 0; p < model.committed().size(); ++p) {
        if (!model.applies(p, claims[next])) continue;
        std::size_t users = 0;
        for (std::size_t c = 0; c < number_of_claims; ++c) {
          if (!model.applies(p, c)) continue;
          ++users;
          add_once(claims, c);
        }
        if (users > 1) add_once(searched, p);
      }
    for (std::size_t p = 0; claims.size() == 1 && p < model.committed().size(); ++p)
      if (model.applies(p, claim)) searched.push_back(p);
    std::ranges::sort(searched);
  }
};

// What a claim's own parameters, those of no other, let it be: from bound to bound of each. NaN: no run came to its end.
struct Reach {
  double lo = std::numeric_limits<double>::quiet_NaN();
  double hi = std::numeric_limits<double>::quiet_NaN();

  void add(double predicted) {
    lo = std::fmin(lo, predicted);
    hi = std::fmax(hi, predicted);
  }
};

// Searches the end of one claim's prediction, with the other claims as constraints.
class Search {
 public:
  Search(const FitProblem& problem, FitModel& model, std::size_t left_out, bool highest)
      : problem_(problem), model_(model), around_(model, problem.claims.size(), left_out), sign_(highest ? -1 : 1) {}

  double run() {
    constexpr double kRelativeTolerance = 5e-3;
    constexpr int kMaxEvaluations = 40;
    Values x = of_searched(model_.start());
    if (x.empty()) {
      look(x);
      return sign_ * best_;
    }
    nlopt::opt optimizer(nlopt::LN_COBYLA, static_cast<unsigned>(x.size()));
    optimizer.set_lower_bounds(of_searched(model_.lower()));
    optimizer.set_upper_bounds(of_searched(model_.upper()));
    optimizer.set_initial_step(of_searched(model_.first_steps()));
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

  Values of_searched(const Values& values) const {
    Values some;
    for (const std::size_t p : around_.searched) some.push_back(values[p]);
    return some;
  }

  // The corners that a claim's own parameters have at a place of the searched ones.
  std::vector<Asked> corners(std::size_t claim, const Values& searched) const {
    Values values = model_.start();
    for (std::size_t i = 0; i < searched.size(); ++i) values[around_.searched[i]] = searched[i];
    std::vector<Asked> all{{claim, std::move(values)}};
    for (std::size_t p = 0; p < model_.committed().size(); ++p) {
      if (!model_.applies(p, claim) || std::ranges::find(around_.searched, p) != around_.searched.end()) continue;
      const std::size_t before = all.size();
      for (std::size_t i = 0; i < before; ++i) {
        all[i].values[p] = problem_.parameters[p].min;
        all.push_back(all[i]);
        all.back().values[p] = problem_.parameters[p].max;
      }
    }
    return all;
  }

  // By claim of the neighbourhood.
  std::vector<Reach> reaches(const Values& searched) {
    std::vector<Asked> asked;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < around_.claims.size(); ++i)
      for (Asked& corner : corners(around_.claims[i], searched)) {
        asked.push_back(std::move(corner));
        owners.push_back(i);
      }
    const Values predicted = model_.predict(asked);
    failed_places_ += std::ranges::any_of(predicted, [](double value) { return std::isnan(value); });
    std::vector<Reach> all(around_.claims.size());
    for (std::size_t i = 0; i < predicted.size(); ++i) all[owners[i]].add(predicted[i]);
    return all;
  }

  // The optimizer asks for both at the same place.
  void look(const Values& searched) {
    if (looked_ && searched == at_) return;
    looked_ = true;
    at_ = searched;
    const std::vector<Reach> all = reaches(searched);
    if (std::ranges::any_of(all, [](const Reach& reach) { return std::isnan(reach.lo); })) {
      violation_ = kFarOff;
      return;
    }
    predicted_ = sign_ > 0 ? all.front().lo : all.front().hi;
    violation_ = -1;
    for (std::size_t i = 1; i < all.size(); ++i) {
      const Claim& claim = problem_.claims[around_.claims[i]];
      const double beyond = std::max(all[i].lo - claim.published, claim.published - all[i].hi);
      violation_ = std::max(violation_, beyond / claim.allowed() - 1);
    }
    if (violation_ <= kSlack) best_ = std::min(best_, sign_ * predicted_);
  }
  double prediction(const Values& searched) {
    look(searched);
    return sign_ * predicted_;
  }
  double violation(const Values& searched) {
    look(searched);
    return violation_;
  }

  const FitProblem& problem_;
  FitModel& model_;
  Neighbourhood around_;  // the claim that is left out comes first
  double sign_;
  bool looked_ = false;
  Values at_;  // of the searched parameters
  double predicted_ = 0;
  double violation_ = 0;
  int failed_places_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<LeftOut> leave_one_out(const FitProblem& problem, std::size_t replications, const Pool& pool) {
  FitModel model(problem, replications, pool);
  std::vector<LeftOut> all;
  for (std::size_t i = 0; i < problem.claims.size(); ++i) {
    Search lowest(problem, model, i, false);
    Search highest(problem, model, i, true);
    const double lo = lowest.run();
    const double hi = highest.run();
    all.push_back({problem.claims[i], lo, hi, lowest.failed_places() + highest.failed_places()});
  }
  return all;
}

}  // namespace ktlssim
