// The language of conditions: what it computes, and what has no value.
#include "sim/experiment/expression/expression.hpp"

#include <gtest/gtest.h>

namespace ktlssim {
namespace {

Json value_of(const std::string& name) {
  if (name == "throughput_gbps") return 90.0;
  if (name == "cpu_percent") return 40.0;
  if (name == "/host/cpus") return 8;
  if (name == "/ktls/dispatch") return "driver";
  return nullptr;  // latency_ready_us_mean
}

std::optional<double> number(std::string_view text) { return Expression(text).number(value_of); }
std::optional<bool> holds(std::string_view text) { return Expression(text).holds(value_of); }

TEST(Expression, computes_with_the_usual_precedence) {
  EXPECT_EQ(number("1 + 2 * 3 - 4 / 2"), 5);
  EXPECT_EQ(number("-2 * -(1 + 2)"), 6);
  EXPECT_EQ(number("8 / 4 / 2"), 1);
  EXPECT_EQ(number("min(3, 1 + 1, 5) + max(1, 2) + abs(1 - 4)"), 7);
}

TEST(Expression, takes_metrics_and_parameters) {
  EXPECT_EQ(number("cpu_percent * /host/cpus / 100"), 3.2);
  EXPECT_EQ(number("throughput_gbps//host/cpus"), 11.25);
  EXPECT_EQ(holds("/ktls/dispatch == 'driver' and throughput_gbps >= 90"), true);
  const Expression expression("cpu_percent < /host/cpus and cpu_percent > 1");
  EXPECT_EQ(expression.names(), std::vector<std::string>{"cpu_percent"});
  EXPECT_EQ(expression.pointers(), std::vector<std::string>{"/host/cpus"});
}

TEST(Expression, has_no_value_where_a_part_of_it_has_none) {
  EXPECT_EQ(number("1 / 0"), std::nullopt);
  EXPECT_EQ(number("latency_ready_us_mean + 1"), std::nullopt);
  EXPECT_EQ(holds("latency_ready_us_mean <= 500"), std::nullopt);
  EXPECT_EQ(holds("not latency_ready_us_mean <= 500"), std::nullopt);
  EXPECT_EQ(holds("latency_ready_us_mean == latency_ready_us_mean"), std::nullopt);
  EXPECT_EQ(holds("known(latency_ready_us_mean)"), false);
  EXPECT_EQ(holds("known(cpu_percent)"), true);
}

TEST(Expression, is_decided_by_the_side_that_decides_alone) {
  EXPECT_EQ(holds("latency_ready_us_mean < 1 and 1 > 2"), false);
  EXPECT_EQ(holds("latency_ready_us_mean < 1 or 1 < 2"), true);
  EXPECT_EQ(holds("latency_ready_us_mean < 1 and 1 < 2"), std::nullopt);
  EXPECT_EQ(holds("latency_ready_us_mean < 1 or 1 > 2"), std::nullopt);
}

TEST(Expression, tells_by_how_far_each_comparison_holds) {
  const std::vector<Margin> margins = Expression("throughput_gbps >= 80 and cpu_percent<=50").margins();
  ASSERT_EQ(margins.size(), 2U);
  EXPECT_EQ(margins[0].by.text(), "throughput_gbps >= 80");
  EXPECT_EQ(margins[0].by.number(value_of), 10);
  EXPECT_EQ(margins[1].by.text(), "cpu_percent<=50");
  EXPECT_EQ(margins[1].by.number(value_of), 10);
  EXPECT_TRUE(margins[0].holds(0));
  EXPECT_FALSE(Expression("cpu_percent < 50").margins().front().holds(0));
  EXPECT_THROW(Expression("throughput_gbps >= 80 or cpu_percent <= 50").margins(), ExpressionError);
  EXPECT_THROW(Expression("throughput_gbps == 80").margins(), ExpressionError);
  EXPECT_THROW(Expression("throughput_gbps").margins(), ExpressionError);
}

TEST(Expression, says_where_it_is_wrong) {
  const auto column = [](std::string_view text) -> std::string {
    try {
      Expression expression(text);
      return "nothing wrong";
    } catch (const ExpressionError& error) {
      return std::string(error.what()).substr(0, 9);
    }
  };
  EXPECT_EQ(column("1 + + 2"), "column 5:");
  EXPECT_EQ(column("(1"), "column 3:");
  EXPECT_EQ(column("1 2"), "column 3:");
  EXPECT_EQ(column("cpu_percent <= and"), "column 16");
  EXPECT_EQ(column("abs(1, 2)"), "column 10");
  EXPECT_EQ(column("'a"), "column 1:");
  EXPECT_EQ(column(std::string(100, '(')), "column 33");
  EXPECT_EQ(column(std::string(200, '-') + '1'), "column 64");
}

TEST(Expression, compares_only_what_can_be_compared) {
  EXPECT_THROW(holds("/ktls/dispatch < 3"), ExpressionError);
  EXPECT_THROW(holds("1 + 2"), ExpressionError);
  EXPECT_THROW(number("'text'"), ExpressionError);
  EXPECT_TRUE(Expression("not 1 < 2").is_condition());
  EXPECT_FALSE(Expression("1 + cpu_percent").is_condition());
}

}  // namespace
}  // namespace ktlssim
