#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "sim/experiment/fit/fit_model.hpp"
#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {
namespace {

Claim records_per_second(const std::string& name) {
  Claim claim{};
  claim.name = name;
  claim.metric = "records_per_second";
  claim.published = 1;
  claim.tolerance_percent = 1;
  claim.variant.scenario = std::filesystem::path(build_info().source_dir) / "scenarios" / "closed-ideal.json";
  claim.variant.sets = {"/driver/device/law=constant", "/workload/sessions=2", "/measure/duration_ms=20",
                        "/driver/device/latency_complete_ns=1000"};
  return claim;
}

// Two workers, each of whose records takes the latency on the way in, 1 us on the way out and 2.6 us on the device.
double at_latency(double submit_ns) { return 2e9 / (submit_ns + 1000 + 2600); }
double at_request(double request_ns) { return 2e9 / (16000 + 1000 + request_ns); }

// The latency is of the first claim, the service time of the second.
FitProblem two_claims() {
  return {"", "", {records_per_second("latency"), records_per_second("service")},
          {{"L", {"/driver/device/latency_submit_ns"}, 1000, 50000, "", {"latency"}, ""},
           {"s", {"/driver/ciphers/aes-128-gcm/request_ns"}, 500, 9000, "", {"service"}, ""}}};
}

TEST(FitModel, only_claims_whose_own_parameters_moved_are_simulated_again) {
  const FitProblem problem = two_claims();
  FitModel model(problem, 1, 1);
  EXPECT_NEAR(model.predict({16400, 2600})[0] / at_latency(16400), 1, 0.01);
  EXPECT_EQ(model.simulated(), 2u);
  const auto moved = model.predict({16400, 5000});
  EXPECT_NEAR(moved[0] / at_latency(16400), 1, 0.01);
  EXPECT_NEAR(moved[1] / at_request(5000), 1, 0.01);
  EXPECT_EQ(model.simulated(), 3u);
  EXPECT_EQ(model.predict({16400, 2600})[1], model.predict({20000, 2600})[1]);
  EXPECT_EQ(model.simulated(), 4u);
  EXPECT_EQ(model.evaluations(), 4);
}

TEST(FitModel, what_is_asked_twice_at_once_is_simulated_once) {
  const FitProblem problem = two_claims();
  FitModel model(problem, 1, 1);
  const auto predicted = model.predict({FitModel::Asked{0, {16400, 500}}, FitModel::Asked{0, {16400, 9000}}});
  EXPECT_EQ(predicted[0], predicted[1]);
  EXPECT_EQ(model.simulated(), 1u);
}

// A device that dies before the measured time ends strands the records that it holds.
TEST(FitModel, a_run_that_stalls_is_remembered_as_such) {
  FitProblem problem = two_claims();
  problem.parameters[0] = {"dies", {"/faults/device_dead_from_ms"}, 1, 25, "", {"latency"}, ""};
  FitModel model(problem, 1, 1);
  for (int i = 0; i < 2; ++i) {
    const auto predicted = model.predict({FitModel::Asked{0, {1, 2600}}, FitModel::Asked{1, {1, 2600}}});
    EXPECT_TRUE(std::isnan(predicted[0]));
    EXPECT_NEAR(predicted[1] / at_request(2600), 1, 0.01);
    EXPECT_THROW(model.predict({1, 2600}), std::runtime_error);
  }
  EXPECT_EQ(model.simulated(), 2u);
}

}  // namespace
}  // namespace ktlssim
