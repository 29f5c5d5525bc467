#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/ensemble/known.hpp"
#include "sim/experiment/ensemble/suite_figures.hpp"
#include "sim/experiment/measuring/narrowing.hpp"
#include "sim/experiment/waves/kept_figures.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

InexactValue value(double low, double high, PriorLaw law, bool whole) {
  return {"/host/x_ns", "host h", "/x_ns", "host h /x_ns", low, low, high, law, whole};
}

PublishedFigure figure(const std::string& claim, double published, double sd, const std::string& profile = "driver d") {
  return {.claim = claim,
          .source = "source of " + claim,
          .scenario = "s",
          .metric = "throughput_gbps",
          .kind = FigureKind::throughput,
          .limit = false,
          .nothing = false,
          .missed = false,
          .published = published,
          .sd = sd,
          .dice = 0,
          .plain = published,
          .profiles = {profile}};
}

// The discrepancy is all but nothing.
Discrepancies floors(double sd = 1e-6) {
  Discrepancies all{};
  for (Discrepancy& one : all) one = {sd, sd, 0};
  return all;
}

TEST(Quantile, each_part_of_the_range_is_drawn_once_in_a_block) {
  for (const std::size_t block : {std::size_t{0}, std::size_t{3}}) {
    std::set<int> parts;
    for (std::size_t i = 0; i < kStratified; ++i)
      parts.insert(static_cast<int>(quantile("host h /x", block * kStratified + i) * kStratified));
    EXPECT_EQ(parts.size(), kStratified);
  }
}

TEST(Quantile, two_names_are_not_related) {
  double product = 0;
  constexpr std::size_t kDraws = 8 * kStratified;
  for (std::size_t i = 0; i < kDraws; ++i) product += (quantile("a", i) - 0.5) * (quantile("b", i) - 0.5);
  // Of independent ones the mean product has a standard deviation of (1/12) / sqrt(1024).
  EXPECT_LT(std::abs(product / kDraws), 4.0 / 12 / 32);
}

TEST(InexactValue, its_law_places_the_middle) {
  EXPECT_DOUBLE_EQ(value(100, 400, PriorLaw::log_uniform, false).at(0.5), 200);
  EXPECT_DOUBLE_EQ(value(100, 400, PriorLaw::uniform, false).at(0.5), 250);
}

TEST(InexactValue, a_count_takes_each_whole_number_equally_often) {
  const InexactValue count = value(1, 4, PriorLaw::log_uniform, true);
  EXPECT_EQ(count.at(0.01), 1);
  EXPECT_EQ(count.at(0.26), 2);
  EXPECT_EQ(count.at(0.74), 3);
  EXPECT_EQ(count.at(0.999), 4);
}

TEST(ShorterWindow, the_measured_time_pays_for_it_and_the_warm_up_stays) {
  Scenario scenario = ideal_scenario();
  scenario.measure.warmup_ms = 10;
  scenario.measure.duration_ms = 90;
  // 100 ms for 1000 events: 500 events last 50 ms, 40 of them measured.
  EXPECT_DOUBLE_EQ(with_shorter_window(scenario, 1000, 500).measure.duration_ms, 40);
  EXPECT_DOUBLE_EQ(with_shorter_window(scenario, 1000, 500).measure.warmup_ms, 10);
  EXPECT_DOUBLE_EQ(with_shorter_window(scenario, 400, 500).measure.duration_ms, 90);
}

TEST(Weights, too_few_draws_left_flatten_the_likelihoods) {
  EnsembleFile file;
  file.figures = {figure("c", 50, 0.01)};
  for (int d = 0; d < 40; ++d) file.draws.push_back({50.0 + d});
  const Weights w = Evidence(file, floors()).weigh({"driver d"}, floors());
  EXPECT_LT(w.power, 1);
  EXPECT_NEAR(w.effective, 10, 1e-3);  // a quarter of the draws
}

TEST(Weights, are_the_likelihoods_of_draws) {
  EnsembleFile file;
  file.figures = {figure("c", 50, 0.1)};
  // One at the figure, one a standard deviation away, one four away.
  file.draws = {{50}, {50 * std::exp(0.1)}, {50 * std::exp(-0.4)}};
  const Weights w = Evidence(file, floors()).weigh({"driver d"}, floors());
  EXPECT_NEAR(w.of_draw[1] / w.of_draw[0], std::exp(-0.5), 1e-9);
  EXPECT_EQ(w.of_draw[2], 0);
  EXPECT_NEAR(w.left, 2.0 / 3, 1e-12);
}

TEST(Weights, a_run_that_did_not_end_is_ruled_out) {
  EnsembleFile file;
  file.figures = {figure("c", 50, 0.1)};
  file.draws = {{50}, {std::nan("")}};
  EXPECT_EQ(Evidence(file, floors()).weigh({"driver d"}, floors()).of_draw[1], 0);
}

TEST(Weights, a_figure_that_no_draw_comes_near_is_named_and_rules_nothing_out) {
  EnsembleFile file;
  file.figures = {figure("near", 50, 0.1), figure("far", 500, 0.1)};
  file.draws = {{50, 50}, {50, 60}};
  const Weights w = Evidence(file, floors()).weigh({"driver d"}, floors());
  EXPECT_EQ(w.out_of_reach, std::vector<std::string>{"far"});
  EXPECT_EQ(w.informed_by, std::vector<std::string>{"near"});
  EXPECT_DOUBLE_EQ(w.effective, 2);
}

TEST(Weights, figures_that_no_draw_meets_together_are_named) {
  EnsembleFile file;
  file.figures = {figure("one", 50, 0.01), figure("other", 50, 0.01)};
  file.draws = {{50, 100}, {100, 50}};
  const Weights w = Evidence(file, floors()).weigh({"driver d"}, floors());
  EXPECT_TRUE(w.empty);
  EXPECT_EQ(w.conflicting, (std::vector<std::string>{"one", "other"}));
}

TEST(Weights, a_known_failure_informs_nothing) {
  EnsembleFile file;
  file.figures = {figure("met", 50, 0.1), figure("missed", 50, 0.1)};
  file.figures[1].missed = true;
  file.draws = {{50, 80}, {50, 50}};
  const Weights w = Evidence(file, floors()).weigh({"driver d"}, floors());
  EXPECT_EQ(w.informed_by, std::vector<std::string>{"met"});
  EXPECT_DOUBLE_EQ(w.effective, 2);
}

TEST(Weights, a_driver_takes_its_figures_to_another_host) {
  EnsembleFile file;
  file.figures = {figure("card", 50, 0.1, "driver d"), figure("host", 60, 0.1, "host h")};
  file.draws = {{50, 60}, {50, 60}};
  const Evidence evidence(file, floors());
  EXPECT_EQ(evidence.weigh({"driver d", "host other"}, floors()).informed_by, std::vector<std::string>{"card"});
  EXPECT_EQ(evidence.weigh({"driver other", "host h"}, floors()).informed_by, std::vector<std::string>{"host"});
  EXPECT_TRUE(evidence.weigh({"driver other"}, floors()).informed_by.empty());
}

TEST(DiscrepancyOf, a_kind_holds_nine_in_ten_of_the_misses) {
  // Three sources miss by 0.1 each: that is 1.645 standard deviations.
  std::vector<Miss> misses;
  for (const char* const source : {"a", "b", "c"}) misses.push_back({FigureKind::throughput, source, 0.01, 0});
  const Discrepancies all = estimate(floors(0.02), misses);
  EXPECT_NEAR(of(all, FigureKind::throughput).sd, 0.1 / 1.64485, 1e-6);
  EXPECT_EQ(of(all, FigureKind::throughput).sources, 3u);
  EXPECT_EQ(of(all, FigureKind::cpu).sd, 0.02);
}

TEST(BinomialInterval, of_hits_alone_is_that_of_clopper_and_pearson) {
  const KnownRange range = binomial_interval(5, 5);
  EXPECT_NEAR(range.lo, std::pow(0.025, 1.0 / 5), 1e-9);
  EXPECT_NEAR(range.hi, 1, 1e-9);
}

// Predicted as 90 % from `lo` to `hi`.
LeftOutFigure left_out(FigureKind kind, double published, double lo, double hi) {
  LeftOutFigure one{};
  one.figure = figure("f", published, 0.1);
  one.figure.kind = kind;
  one.figure.nothing = published == (kind == FigureKind::ratio ? 1 : 0);
  one.known.ninety = {lo, hi};
  return one;
}

TEST(SignOf, is_open_where_ninety_per_cent_hold_no_difference) {
  EXPECT_TRUE(leaves_sign_open(left_out(FigureKind::ratio, 3, 0.9, 4)));
  EXPECT_FALSE(leaves_sign_open(left_out(FigureKind::ratio, 3, 1.1, 4)));
  EXPECT_TRUE(leaves_sign_open(left_out(FigureKind::difference, 10, -1, 9)));
  EXPECT_FALSE(leaves_sign_open(left_out(FigureKind::difference, 10, 0.5, 9)));
  EXPECT_FALSE(leaves_sign_open(left_out(FigureKind::throughput, 50, 0.5, 90)));
}

TEST(SignOf, a_claim_of_no_difference_states_none_but_a_limit_does) {
  LeftOutFigure same = left_out(FigureKind::ratio, 1, 0.9, 1.1);
  EXPECT_FALSE(leaves_sign_open(same));
  same.figure.limit = true;  // "less than": that is a sign
  EXPECT_TRUE(leaves_sign_open(same));
}

TEST(KnownOf, draws_alone_are_their_weighted_quantiles) {
  Machines machines;
  machines.discrepancies = floors(1e-9);
  ByMachine values;
  for (std::size_t i = 0; i < 100; ++i) {
    machines.all.push_back({i, 0.01, 0.01});
    values.push_back(static_cast<double>(i + 1));
  }
  const Known k = known(machines, values, FigureKind::throughput);
  EXPECT_NEAR(k.median, 50, 1);
  EXPECT_NEAR(k.ninety.lo, 5, 1);
  EXPECT_NEAR(k.ninety.hi, 95, 1);
  EXPECT_NEAR(k.fifty.lo, 25, 1);
  EXPECT_NEAR(part_above(machines, values, ByMachine(100, 30.5), &Machine::weight), 0.30, 1e-9);
}

TEST(KnownOf, the_discrepancy_widens_a_single_machine) {
  Machines machines;
  machines.all = {{0, 1, 1}};
  machines.discrepancies = floors(0.05);
  of(machines.discrepancies, FigureKind::throughput).sources = 1001;  // as good as a normal law
  const Known k = known(machines, {50}, FigureKind::throughput);
  // The law stands in forty steps: the tail is a step of one of them off at most.
  EXPECT_NEAR(k.ninety.hi, 50 * std::exp(1.645 * 0.05), 0.5);
  EXPECT_NEAR(k.ninety.lo, 50 * std::exp(-1.645 * 0.05), 0.5);
}

TEST(NarrowingOf, the_value_that_makes_the_answer_leaves_what_a_tenth_of_it_does) {
  Machines machines;
  machines.discrepancies = floors(1e-9);
  const InexactValue cause = value(100, 1000, PriorLaw::log_uniform, false);
  InexactValue other = cause;
  other.name = other.pointer = "host h /y_ns";
  ByMachine values;
  for (std::size_t i = 0; i < kStratified; ++i) {
    machines.all.push_back({i, 1.0 / kStratified, 1.0 / kStratified});
    values.push_back(std::log(cause.at_draw(i)));  // one for each e-fold
  }
  machines.effective = kStratified;
  const Known now = known_figure(figure("c", 1, 0), {}, {}, machines.discrepancies);
  EXPECT_TRUE(std::isnan(now.median));
  const Known interval{5, {4.7, 6.8}, {5, 6}};
  const auto all = narrowings(machines, {cause, other}, values, interval, 0);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().pointer, "/host/x_ns");
  EXPECT_NEAR(all.front().explained, 1, 1e-6);
  // From ln(10) / sqrt(12), the spread of a uniform law, to a tenth.
  const double factor = 0.1 / (std::log(10) / std::sqrt(12));
  EXPECT_NEAR(all.front().then.hi - 5, factor * 1.8, 0.02);
}

// Secret machines of a model that is known in closed form, each with a discrepancy of its own: its figures are published,
// its answer is asked for.
TEST(SyntheticTruth, ninety_of_a_hundred_intervals_hold_it) {
  constexpr double kDiscrepancy = 0.03;
  constexpr std::size_t kDraws = 16 * kStratified;
  const auto figures = [](std::size_t draw) {
    const double card = 40 * std::exp(0.6 * (quantile("driver d /card", draw) - 0.5));
    const double host = std::exp(0.4 * (quantile("host h /cpu", draw) - 0.5));
    return std::vector<double>{card, card * host, card / host};
  };
  EnsembleFile file;
  for (const char* const claim : {"a", "b", "answer"}) file.figures.push_back(figure(claim, 1, 0.01));
  for (std::size_t d = 0; d < kDraws; ++d) file.draws.push_back(figures(d));
  Discrepancies discrepancies = floors(kDiscrepancy);
  of(discrepancies, FigureKind::throughput).sources = 1001;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  int inside = 0;
  constexpr int kMachines = 200;
  for (int secret = 0; secret < kMachines; ++secret) {
    std::vector<double> truth = figures(kDraws + static_cast<std::size_t>(secret));
    for (double& f : truth) f *= std::exp(kDiscrepancy * normal(random));
    for (std::size_t f = 0; f < 3; ++f) file.figures[f].published = truth[f] * std::exp(0.01 * normal(random));
    const Evidence evidence(file, discrepancies);
    const Weights w = evidence.weigh({"driver d"}, discrepancies,
                                     [](const PublishedFigure& one) { return one.claim == "answer"; });
    std::vector<double> values;
    for (std::size_t d = 0; d < kDraws; ++d) values.push_back(evidence.drawn(2, d));
    const Known k = known_figure(file.figures[2], values, w.of_draw, discrepancies);
    if (k.ninety.lo <= truth[2] && truth[2] <= k.ninety.hi) ++inside;
  }
  EXPECT_GE(inside, 170);
  EXPECT_LE(inside, 190);
}

// Claim c of draw d comes to 10 d + c + 1. Which claims were simulated is written down.
struct TenTimes {
  std::vector<std::vector<std::size_t>> asked = {};
  KeptFigures::Simulate simulate() {
    return [this](const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims) {
      asked.push_back(claims);
      KeptFigures::Draws draws;
      for (const std::size_t d : numbers) {
        draws.emplace_back();
        for (const std::size_t c : claims) draws.back().push_back(10 * static_cast<double>(d) + static_cast<double>(c) + 1);
      }
      return draws;
    };
  }
};

PublishedFigure made_of(const std::string& claim, const std::string& sum) {
  PublishedFigure one = figure(claim, 1, 0.1);
  one.made_of = sum;
  return one;
}

// Of claims "b" and "a", in this order: now they are 1 and 0.
EnsembleFile of_b_and_a(double b_of_draw_3 = 32) {
  EnsembleFile earlier;
  earlier.figures = {made_of("b", "sum of b"), made_of("a", "sum of a")};
  earlier.draws = {{2, 1}, {12, 11}, {22, 21}, {b_of_draw_3, 31}, {42, 41}};
  return earlier;
}

TEST(KeptFigures, claims_that_are_made_as_they_were_are_not_simulated_again) {
  // "a" is made of something else, "c" is new.
  const KeptFigures kept(of_b_and_a(), {made_of("a", "other"), made_of("b", "sum of b"), made_of("c", "sum of c")});
  TenTimes ten_times;
  EXPECT_EQ(kept.claims(), std::vector<std::size_t>{1});
  const KeptFigures::Draws expected{{31, 32, 33}, {41, 42, 43}};
  EXPECT_EQ(kept.draw({3, 4}, {0, 1, 2}, ten_times.simulate()), expected);
  EXPECT_EQ(kept.draw({3, 4}, {1}, ten_times.simulate()), (KeptFigures::Draws{{32}, {42}}));
  // Draw 5 is of nobody.
  EXPECT_EQ(kept.draw({4, 5}, {1, 2}, ten_times.simulate()), (KeptFigures::Draws{{42, 43}, {52, 53}}));
  EXPECT_EQ(ten_times.asked, (std::vector<std::vector<std::size_t>>{{0, 2}, {1, 2}}));
}

TEST(KeptFigures, draws_of_later_waves_are_kept_as_well) {
  EnsembleFile earlier = of_b_and_a();
  earlier.later = {{{1}, {{.first = 100, .pool = 10, .error = {}, .missed = {}, .numbers = {104, 107}, .chances = {}, .draws = {{7}}}}}};
  const KeptFigures kept(earlier, {made_of("a", "sum of a"), made_of("b", "sum of b")});
  TenTimes ten_times;
  EXPECT_EQ(kept.draw({104}, {0}, ten_times.simulate()), (KeptFigures::Draws{{7}}));
  EXPECT_TRUE(ten_times.asked.empty());
  kept.draw({104, 107}, {0}, ten_times.simulate());  // planned, and not simulated yet
  kept.draw({104}, {0, 1}, ten_times.simulate());
  EXPECT_EQ(ten_times.asked, (std::vector<std::vector<std::size_t>>{{0}, {1}}));
}

TEST(KeptFigures, what_a_changed_simulator_gives_otherwise_is_forgotten) {
  KeptFigures kept(of_b_and_a(32.5), {made_of("a", "sum of a"), made_of("b", "sum of b")});
  TenTimes ten_times;
  EXPECT_TRUE(kept.check(ten_times.simulate()));
  EXPECT_EQ(kept.claims(), std::vector<std::size_t>{0});
  const auto stopped = [](const auto&, const auto&) { return KeptFigures::Draws{}; };
  EXPECT_FALSE(kept.check(stopped));
}

TEST(KeptFigures, nothing_is_kept_of_files_that_do_not_say_what_they_are_made_of) {
  EXPECT_TRUE(KeptFigures({.version = "", .command = "", .priors = {}, .figures = {figure("a", 1, 0.1)}, .draws = {{1}}, .later = {}},
                          {figure("a", 1, 0.1)})
                  .claims()
                  .empty());
}

}  // namespace
}  // namespace ktlssim
