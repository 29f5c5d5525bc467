#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "sim/cli/common_options.hpp"
#include "sim/cli/verbs.hpp"

namespace ktlssim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kColours[]{"red", "green"};
enum class Colour { red, green };

Options some_options() {
  Options options({"ktlssim try", "Tries.", "  ktlssim try\n"}, {"FILE", 0, 1});
  options.add("count,c", "N", Integer{1, 9, 3}, "how many");
  options.add("bare", "N", Integer{0, 5}, "no default");
  options.add("share", "R", Number{0, 1}, "how much");
  options.add("colour", "NAME", Choice{kColours, "red"}, "of it");
  options.add("word", "TEXT", Text{}, "any");
  options.add("set", "P=V", Repeatable{}, "again and again");
  options.flag("fast", "not slow");
  return options;
}

Values parsed(Texts words) { return *parse(some_options(), {std::move(words), "ktlssim try"}); }

std::string refusal(Texts words) {
  try {
    parse(some_options(), {std::move(words), ""});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Options, have_their_defaults_where_nothing_is_given) {
  const Values values = parsed({});
  EXPECT_EQ(values.integer("count"), 3);
  EXPECT_EQ(values.choice<Colour>("colour"), Colour::red);
  EXPECT_FALSE(values.optional_text("word"));
  EXPECT_TRUE(values.texts("set").empty());
  for (const char* const name : {"count", "bare", "colour", "fast"}) EXPECT_FALSE(values.given(name)) << name;
}

TEST(Options, are_read_typed) {
  const Values values = parsed({"-c", "9", "--bare=0", "--colour", "green", "--set", "a", "--fast", "--set", "b", "f"});
  EXPECT_EQ(values.count("count"), 9u);
  EXPECT_EQ(values.integer("bare"), 0);
  EXPECT_EQ(values.choice<Colour>("colour"), Colour::green);
  EXPECT_THAT(values.texts("set"), ElementsAre("a", "b"));
  EXPECT_TRUE(values.given("fast"));
  EXPECT_THAT(values.operands(), ElementsAre("f"));
}

TEST(Options, refuse_what_is_not_of_their_type) {
  for (const char* const wrong : {"0", "10", "1.0", "x", "99999999999999999999"})
    EXPECT_EQ(refusal({"--count", wrong}), fmt::format("--count: \"{}\": expected an integer from 1 to 9", wrong));
  EXPECT_EQ(refusal({"--share", "1.5"}), "--share: \"1.5\": expected a number from 0 to 1");
  EXPECT_EQ(refusal({"--share", "nan"}), "--share: \"nan\": expected a number from 0 to 1");
  EXPECT_EQ(refusal({"--colour", "gren"}), "--colour: \"gren\": expected one of red, green; did you mean \"green\"?");
  EXPECT_THAT(refusal({"--fast=1"}), HasSubstr("does not take any arguments"));
  EXPECT_THAT(refusal({"--cuont", "1"}), HasSubstr("did you mean \"--count\"?"));
  EXPECT_EQ(refusal({"a", "b"}), "unexpected argument \"b\"");
}

TEST(Options, are_narrowed_by_what_the_input_says) {
  const Values values = parsed({"--bare", "5"});
  EXPECT_EQ(values.integer("bare", 0, 5), 5);
  EXPECT_THROW(values.integer("bare", 0, 4), UsageError);
}

TEST(Options, explain_their_limits_choices_and_defaults) {
  const std::string text = help_text(some_options());
  EXPECT_THAT(text, AllOf(HasSubstr("-c, --count N (=3) "), HasSubstr("how many; N from 1 to 9\n")));
  EXPECT_THAT(text, HasSubstr("of it; NAME: red, green\n"));
  EXPECT_FALSE(parse(some_options(), {{"--help"}, ""}));
}

// The same word means the same in all verbs that have it, whatever its default.
TEST(Verbs, give_options_of_one_name_the_same_limits) {
  std::map<std::string, std::string> limits;
  for (const Verb& verb : verbs()) {
    const Options options = verb.options();
    for (const Option& option : options.all()) {
      if (const auto* integer = std::get_if<Integer>(&option.type);
          integer != nullptr && (option.name == "seed" || option.name == "jobs" || option.name == "replications" ||
                                 option.name == "timeout")) {
        const std::string range = fmt::format("{} {}", integer->min, integer->max);
        EXPECT_EQ(limits.emplace(option.name, range).first->second, range) << verb.name;
      }
    }
  }
  EXPECT_EQ(limits.size(), 4u);
}

TEST(Verbs, that_simulate_in_a_pool_take_jobs_a_limit_and_progress) {
  for (const char* const verb : {"run", "compare", "sweep", "validate", "sensitivity", "fit"})
    for (const char* const option : {"jobs", "timeout", "progress"})
      EXPECT_NE(find_verb(verb).options().find(option), nullptr) << verb << ' ' << option;
}

}  // namespace
}  // namespace ktlssim
