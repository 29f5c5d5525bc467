#include "sim/experiment/text/json_file.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::HasSubstr;

std::string problem_of(const std::string& text) {
  Problems problems;
  const auto json = parse_json(text, "f.json", problems);
  EXPECT_EQ(json.has_value(), problems.empty());
  return problems.empty() ? "" : problems.list().front().line();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonFile, keeps_the_order_of_keys) {
  Problems problems;
  EXPECT_EQ(parse_json(R"({"b": 1, "a": [true, null, "x", -2, 2.5]})", "f", problems)->dump(),
            R"({"b":1,"a":[true,null,"x",-2,2.5]})");
}

TEST(JsonFile, broken_text_is_placed_by_line_and_column) {
  // The second line's ninth character is the brace where a value should be.
  const std::string line = problem_of("{\"a\": 1,\n  \"bc\": }\n");
  EXPECT_THAT(line, HasSubstr("f.json: line 2, column 9: not valid JSON"));
}

TEST(JsonFile, text_after_the_value_is_refused) {
  EXPECT_THAT(problem_of("{} {}"), HasSubstr("line 1, column 4"));
}

TEST(JsonFile, a_missing_end_is_refused) {
  EXPECT_THAT(problem_of("{\"a\": 1"), HasSubstr("not valid JSON"));
}

TEST(JsonFile, bytes_that_are_no_text_are_quoted_by_number) { EXPECT_THAT(problem_of("{\xfb"), HasSubstr("'{\\xfb'")); }

TEST(JsonFile, comments_are_refused) { EXPECT_THAT(problem_of("{} // x"), HasSubstr("not valid JSON")); }

TEST(JsonFile, nothing_but_space_is_called_empty) {
  EXPECT_EQ(problem_of(""), "f.json: empty: expected a JSON object");
  EXPECT_EQ(problem_of(" \n\t"), "f.json: empty: expected a JSON object");
}

TEST(JsonFile, a_key_given_twice_is_named_by_its_pointer) {
  EXPECT_EQ(problem_of(R"({"a": [0, {"b/c": 1, "b/c": 2}]})"),
            "f.json: /a/1/b~1c: the key appears twice in its object");
}

TEST(JsonFile, numbers_beyond_a_double_are_refused) {
  EXPECT_THAT(problem_of("{\"a\": 1e400}"), HasSubstr("number out of the range of a double"));
  EXPECT_THAT(problem_of("{\"a\": -1e400}"), HasSubstr("number out of the range of a double"));
}

TEST(JsonFile, nan_and_infinity_are_not_json) {
  EXPECT_THAT(problem_of("{\"a\": NaN}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(problem_of("{\"a\": Infinity}"), HasSubstr("not valid JSON"));
}

TEST(JsonFile, text_that_is_not_utf8_is_refused) {
  EXPECT_THAT(problem_of("{\"a\": \"\xff\"}"), HasSubstr("ill-formed UTF-8"));
}

TEST(JsonFile, nesting_is_limited) {
  EXPECT_EQ(problem_of(nested(64)), "");
  EXPECT_THAT(problem_of(nested(65)), HasSubstr("at most 64 levels"));
  EXPECT_THAT(problem_of(nested(1000000)), HasSubstr("at most 64 levels"));
}

TEST(JsonFile, numbers_are_written_in_the_fewest_digits_that_read_back) {
  EXPECT_EQ(number_json(900.0).dump(), "900");
  EXPECT_EQ(number_json(-0.0).dump(), "0");
  EXPECT_EQ(number_json(0.1).dump(), "0.1");
  EXPECT_EQ(number_json(1e300).dump(), "1e+300");
  EXPECT_EQ(number_json(std::numeric_limits<double>::infinity()).dump(), "null");
}

TEST(JsonFile, long_values_are_cut_in_messages) {
  EXPECT_EQ(short_text(Json(std::string(100, 'x'))).size(), 60u);
  EXPECT_EQ(short_text(Json("\n\xc3\xbc")), R"("\n\u00fc")");
}

class JsonFiles : public ProfileFixture {
 protected:
  static std::string problem_with(const std::filesystem::path& path) {
    Problems problems;
    EXPECT_FALSE(read_json_file(path, problems).has_value());
    return problems.list().at(0).line();
  }
};

TEST_F(JsonFiles, a_file_that_is_not_there_is_named) {
  EXPECT_EQ(problem_with("/nonexistent/x.json"),
            "/nonexistent/x.json: cannot be read: No such file or directory");
}

TEST_F(JsonFiles, a_directory_is_refused) {
  EXPECT_EQ(problem_with(directory_), directory_.string() + ": is a directory: expected a JSON file");
}

TEST_F(JsonFiles, a_huge_file_is_refused) {
  const auto path = write("huge.json", std::string(kMaxJsonBytes + 1, ' '));
  EXPECT_EQ(problem_with(path), path.string() + ": larger than 16 MiB");
}

TEST(EditDistance, counts_insertions_losses_replacements_and_swaps) {
  EXPECT_EQ(edit_distance("workers", "workers"), 0u);
  EXPECT_EQ(edit_distance("workrs", "workers"), 1u);
  EXPECT_EQ(edit_distance("wrokers", "workers"), 1u);
  EXPECT_EQ(edit_distance("Worker", "workers"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(Nearest, is_silent_where_nothing_is_near) {
  const std::vector<std::string> names{"workers", "dispatch", "maxlen_bytes"};
  EXPECT_EQ(nearest("wrkers", names), "workers");
  EXPECT_EQ(nearest("maxlen", names), "maxlen_bytes");
  EXPECT_EQ(nearest("zebra", names), "");
  EXPECT_EQ(nearest("", names), "");
}

}  // namespace
}  // namespace ktlssim
