// Lines through timings, and step costs that a user measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sim/experiment/calibrate/machine_profiles.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {
namespace {

using testing::HasSubstr;

TEST(Calibrate, a_line_through_exact_timings_is_found) {
  std::vector<Timing> timings;
  for (const std::int64_t bytes : {16, 64, 256, 1024, 4096, 16384}) {
    const double ns = 60 + 0.171 * static_cast<double>(bytes);
    timings.push_back({bytes, true, ns, ns, ns});
    timings.push_back({bytes, false, 1, 1, 1});  // hot ones do not count
  }
  const CostFit fit = fit_cost(timings);
  EXPECT_NEAR(fit.request_ns, 60, 1e-6);
  EXPECT_NEAR(fit.byte_ns, 0.171, 1e-9);
  EXPECT_NEAR(fit.worst_error, 0, 1e-9);
}

TEST(Calibrate, published_timings_give_the_line_derived_from_them) {
  // Gold 6140, AES-128-GCM: 1461 and 2859 ns for 8 and 16 KiB.
  // (2859 - 1461) / (16384 - 8192) = 0.17065 ns a byte, and 63 ns.
  const CostFit fit = fit_cost({{8192, true, 1461, 1461, 1461}, {16384, true, 2859, 2859, 2859}});
  EXPECT_NEAR(fit.byte_ns, 0.17065, 1e-5);
  EXPECT_NEAR(fit.request_ns, 63, 1e-6);
}

TEST(Calibrate, prediction_is_threads_over_the_time_of_a_record_up_to_the_cpus) {
  const MachineDescription machine{"test", "test", 2, 1};
  AlgorithmMeasurement m{Algorithm::aes_128_gcm, {}, {1616, 0.5, 0}};  // 1616 + 8192 = 9808 ns a record
  const Json driver = driver_profile(machine, {m});
  EXPECT_NEAR(predict_threads(machine, driver, Cipher::aes_128_gcm, 1), 1e9 / 9808, 50);
  EXPECT_NEAR(predict_threads(machine, driver, Cipher::aes_128_gcm, 2), 2e9 / 9808, 100);
  EXPECT_NEAR(predict_threads(machine, driver, Cipher::aes_128_gcm, 4), 2e9 / 9808, 100);
}

TEST(Calibrate, a_record_of_cbc_takes_both_its_requests) {
  const MachineDescription machine{"test", "test", 2, 1};
  const Json driver = driver_profile(
      machine, {{Algorithm::aes_128_cbc, {}, {1000, 0, 0}}, {Algorithm::hmac_sha1, {}, {3000, 0, 0}}});
  EXPECT_NEAR(predict_threads(machine, driver, Cipher::aes_128_cbc_sha1, 2), 2e9 / 4000, 50);
}

}  // namespace
}  // namespace ktlssim
