#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/waves/wave_plan.hpp"

namespace ktlssim {
namespace {

// One figure of a machine whose values are u and v: exp(u + v / 2). Published as exp(1.2), it leaves u from 0.7 to 1, all
// as likely: v is 2 (1.2 - u), and at most 1. So u is 0.85 on average.
constexpr double kMeanOfU = 0.85;
double u_of(std::size_t draw) { return quantile("driver toy /u", draw); }
std::vector<double> toy_figures(std::size_t draw) { return {std::exp(u_of(draw) + quantile("driver toy /v", draw) / 2)}; }

PublishedFigure toy_figure(double sd) {
  return {.claim = "toy", .source = "its talk", .scenario = "s", .metric = "throughput_gbps", .kind = FigureKind::throughput,
          .limit = false, .nothing = false, .missed = false, .published = std::exp(1.2), .sd = sd, .dice = 0,
          .plain = std::exp(1.2), .profiles = {"driver toy"}};
}

Discrepancies no_discrepancies() {
  Discrepancies all{};
  for (Discrepancy& one : all) one = {1e-6, 1e-6, 0};
  return all;
}

EnsembleFile toy(std::size_t draws, double sd) {
  EnsembleFile file;
  file.figures = {toy_figure(sd)};
  for (std::size_t d = 0; d < draws; ++d) file.draws.push_back(toy_figures(d));
  return file;
}

// With 40 other values that do nothing.
std::vector<DrawnName> toy_places(const std::vector<std::size_t>&) {
  std::vector<DrawnName> all{{"driver toy /u", 0}, {"driver toy /v", 0}};
  for (int i = 0; i < 40; ++i) all.push_back({"driver toy /other" + std::to_string(i), i % 4 == 0 ? 3u : 0u});
  return all;
}

Weights all_weights(const EnsembleFile& file) {
  return Evidence(file, no_discrepancies()).weigh_all_waves({"driver toy"}, no_discrepancies());
}

double mean_of_u(const Weights& weights) {
  double mean = 0;
  for (std::size_t d = 0; d < weights.numbers.size(); ++d) mean += weights.of_draw[d] * u_of(weights.numbers[d]);
  return mean;
}

void simulate_wave(EnsembleFile& file, WavePlan& plan) {
  const auto next = plan.next();
  ASSERT_TRUE(next);
  Wave& wave = file.later[next->set].waves[next->wave];
  while (wave.draws.size() < wave.numbers.size()) wave.draws.push_back(toy_figures(wave.numbers[wave.draws.size()]));
  plan.close(*next);
}

TEST(LaterWaves, a_draw_weighs_one_over_the_draws_that_there_were_for_one_like_it) {
  EnsembleFile file = toy(2, 0.1);
  const double at = std::exp(1.2);
  file.draws = {{at}, {at}};
  file.later = {{{0}, {{.first = 1000, .pool = 20, .error = {0}, .missed = {0}, .numbers = {1007}, .chances = {0.1, 0, 0.5},
                        .draws = {{at}}}}}};
  // 2 + 20 * 0.1, 2, and 2 + 20 * 0.5 draws: weights as 1/4, 1/2 and 1/12.
  const Weights w = all_weights(file);
  EXPECT_EQ(w.numbers, (std::vector<std::size_t>{0, 1, 1007}));
  EXPECT_NEAR(w.of_draw[0], 0.3, 1e-12);
  EXPECT_NEAR(w.of_draw[1], 0.6, 1e-12);
  EXPECT_NEAR(w.of_draw[2], 0.1, 1e-12);
  EXPECT_EQ(w.later_waves, 1u);
}

TEST(LaterWaves, that_are_not_simulated_or_have_other_figures_are_not_there) {
  EnsembleFile file = toy(4, 0.1);
  file.later = {{{0}, {{.first = 1000, .pool = 20, .error = {0}, .missed = {}, .numbers = {1007}, .chances = {0, 0, 0, 0, 1}, .draws = {}}}}};
  EXPECT_EQ(all_weights(file).later_waves, 0u);
  file.later.front().waves.front().draws = {{1}};
  EXPECT_EQ(all_weights(file).later_waves, 1u);
  const Weights of_wave_one = Evidence(file, no_discrepancies()).weigh({"driver toy"}, no_discrepancies());
  EXPECT_EQ(of_wave_one.numbers.size(), 4u);
  file.later.front().figures = {1};
  file.figures.push_back(toy_figure(0.1));
  file.figures.back().profiles = {"driver other"};
  for (auto& draw : file.draws) draw.push_back(1);
  EXPECT_EQ(all_weights(file).later_waves, 0u);
  // Nor is anything chosen for machines of which nothing was published.
  EXPECT_EQ(Evidence(file, no_discrepancies()).weigh_all_waves({"host unknown"}, no_discrepancies()).later_waves, 0u);
}

TEST(LaterWaves, what_is_known_is_right_however_wrong_a_proposal_is) {
  constexpr std::size_t kFirst = 1 << 20;
  constexpr std::size_t kOfPool = 1 << 16;
  EnsembleFile file = toy(3 * kStratified, 0.02);
  // Aimed at u close to 1, whatever was published: those chosen alone would have a mean of 0.911, u ^ 9 over u ^ 8.
  const auto chance = [](std::size_t draw) { return std::pow(u_of(draw), 8); };
  Wave wave{.first = kFirst, .pool = kOfPool, .error = {0}, .missed = {0}, .numbers = {}, .chances = {}, .draws = {}};
  for (std::size_t d = 0; d < file.draws.size(); ++d) wave.chances.push_back(chance(d));
  double sum = 0.5;
  for (std::size_t d = kFirst; d < kFirst + kOfPool; ++d) {
    sum += chance(d);
    if (sum < 1) continue;
    sum -= 1;
    wave.numbers.push_back(d);
    wave.chances.push_back(chance(d));
    wave.draws.push_back(toy_figures(d));
  }
  file.later = {{{0}, {wave}}};
  const Weights w = all_weights(file);
  double unweighted = 0;
  double count = 0;
  for (std::size_t d = 0; d < w.numbers.size(); ++d) {
    if (w.of_draw[d] <= 0) continue;
    unweighted += u_of(w.numbers[d]);
    ++count;
  }
  EXPECT_NEAR(unweighted / count, 0.911, 0.01);
  EXPECT_NEAR(mean_of_u(w), kMeanOfU, 0.01);
  EXPECT_EQ(w.power, 1);
  // 3 sd on either side of 1.2 are 0.12 wide, over which u + v / 2 has a density of 0.6.
  EXPECT_NEAR(w.left, 0.12 * 0.6, 0.01);
}

TEST(WavePlan, chosen_draws_mend_too_few_of_them) {
  EnsembleFile file = toy(3 * kStratified, 0.004);
  EXPECT_LT(all_weights(file).power, 1);
  WavePlan plan(file, no_discrepancies(), toy_places, {2, 128, 1 << 14});
  simulate_wave(file, plan);
  const Weights w = all_weights(file);
  EXPECT_EQ(w.power, 1);
  EXPECT_GT(w.effective, 40);
  // 0.087, the spread of u, over the root of some fifty draws.
  EXPECT_NEAR(mean_of_u(w), kMeanOfU, 3 * 0.087 / std::sqrt(w.effective));
  const Wave& wave = file.later.front().waves.front();
  EXPECT_EQ(wave.numbers.size(), 128u);
  EXPECT_EQ(std::set<std::size_t>(wave.numbers.begin(), wave.numbers.end()).size(), 128u);
  EXPECT_EQ(wave.chances.size(), file.draws.size() + 128u);
}

TEST(WavePlan, is_made_again_from_what_is_in_the_file) {
  const WavePlan::Settings settings{3, 64, 1 << 13};
  EnsembleFile at_once = toy(kStratified, 0.001);
  WavePlan plan(at_once, no_discrepancies(), toy_places, settings);
  for (int i = 0; i < 3; ++i) simulate_wave(at_once, plan);
  EXPECT_FALSE(plan.next());
  EnsembleFile in_pieces = toy(kStratified, 0.001);
  for (int i = 0; i < 3; ++i) {
    WavePlan(in_pieces, no_discrepancies(), toy_places, settings).next();
    WavePlan again(in_pieces, no_discrepancies(), toy_places, settings);  // after it was stopped
    simulate_wave(in_pieces, again);
  }
  EXPECT_EQ(at_once.json(), in_pieces.json());
}

TEST(WavePlan, nothing_more_is_simulated_where_there_is_enough) {
  EnsembleFile file = toy(8 * kStratified, 0.1);
  EXPECT_FALSE(WavePlan(file, no_discrepancies(), toy_places, {3, 64, 1 << 12}).next());
  EXPECT_TRUE(file.later.empty());
}

TEST(Emulator, says_by_how_much_it_is_off) {
  std::vector<std::size_t> known(3 * kStratified);
  std::iota(known.begin(), known.end(), std::size_t{0});
  std::vector<std::size_t> others(4 * kStratified);
  std::iota(others.begin(), others.end(), std::size_t{1} << 20);
  const std::vector<DrawnName> names = toy_places({});
  const auto value = [&](std::size_t d) {
    const double choice = std::floor(3 * quantile(names[2].name, d));
    return u_of(d) * (choice == 1 ? 2 : 1) + 0.1 * quantile("what no place tells", d);
  };
  std::vector<double> values;
  for (const std::size_t d : known) values.push_back(value(d));
  values[7] = std::nan("");
  const Emulator emulator(places_of(names, known), values);
  const std::vector<double> found = emulator.predict(places_of(names, others));
  double squares = 0;
  for (std::size_t i = 0; i < others.size(); ++i) squares += std::pow(found[i] - value(others[i]), 2);
  const double error = std::sqrt(squares / static_cast<double>(others.size()));
  EXPECT_NEAR(emulator.error(), error, error / 5);
  // What nothing tells has a standard deviation of 0.1 / sqrt(12); what there is to tell, of 0.55.
  EXPECT_GT(emulator.error(), 0.028);
  EXPECT_LT(emulator.error(), 0.06);
}

}  // namespace
}  // namespace ktlssim
