// Points come out of their list as they went in, to the bit and to the text.
#include "sim/experiment/sweep/sweep_file.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace ktlssim {
namespace {

SweepPoint point(std::vector<Json> values, std::int64_t seed, double precision = 0) {
  SweepPoint point{std::move(values), seed, {}};
  point.measure.relative_precision = precision;
  point.measure.precision_metrics = "throughput_gbps";
  point.measure.min_replications = 3;
  point.measure.max_replications = 100;
  return point;
}

std::string text(const std::vector<Json>& values) { return Json(values).dump(); }

TEST(PointList, values_keep_their_text) {
  const std::vector<Json> values{1,   -7,   1.0,  0.1, -0.0, 1e300, 5e-324, std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::uint64_t>::max(), "a\n\xc3\xa9", true, nullptr,
                                 {{"z", 1}, {"a", {0.5, "b"}}}};
  PointList points;
  points.add(point(values, kMaxSeed));
  EXPECT_EQ(text(points[0].values),
            "[1,-7,1.0,0.1,-0.0,1e+300,5e-324,-9223372036854775808,18446744073709551615,\"a\\n\xc3\xa9\",true,null,"
            "{\"z\":1,\"a\":[0.5,\"b\"]}]");
  EXPECT_EQ(points[0].values, values);
  EXPECT_EQ(points[0].seed, kMaxSeed);
}

TEST(PointList, points_differ_in_when_their_replications_end) {
  PointList points;
  for (const double precision : {0.0, 0.01, 0.0}) points.add(point({points.size()}, -1, precision));
  ASSERT_EQ(points.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(points[i].values.at(0), i);
    EXPECT_EQ(points[i].seed, -1);
    EXPECT_EQ(points[i].measure.relative_precision, i == 1 ? 0.01 : 0.0);
    EXPECT_EQ(points[i].measure.precision_metrics, "throughput_gbps");
    EXPECT_EQ(points[i].measure.min_replications, 3);
    EXPECT_EQ(points[i].measure.max_replications, 100);
  }
}

}  // namespace
}  // namespace ktlssim
