#include "sim/experiment/validation/validation_suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/shipped.hpp"

namespace ktlssim {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

class SuiteReader {
 public:
  SuiteReader(const std::filesystem::path& path, Problems& problems)
      : path_(path), problems_(problems), origins_(path.string(), Origins::Kind::scenario) {}

  Suite read(const Json& json) {
    Suite suite;
    if (!json.is_object() || !json.contains("claims")) {
      problem("", json, "expected an object with \"claims\"");
      return suite;
    }
    for (const auto& item : json.items()) {
      if (item.key() == "$schema") continue;
      if (item.key() != "claims" && item.key() != "rows")
        problem(child_pointer("", item.key()), item.value(), "expected \"claims\" or \"rows\"");
      else if (!item.value().is_array())
        problem(child_pointer("", item.key()), item.value(), "expected an array");
    }
    problems_.throw_if_any();
    for (std::size_t i = 0; i < json["claims"].size(); ++i)
      suite.claims.push_back(read_claim(json["claims"][i], fmt::format("/claims/{}", i)));
    if (!json.contains("rows")) return suite;
    for (std::size_t i = 0; i < json["rows"].size(); ++i)
      suite.rows.push_back(read_row(json["rows"][i], fmt::format("/rows/{}", i)));
    check_rows(suite);
    return suite;
  }

 private:
  void problem(const std::string& pointer, const Json& value, std::string message) {
    problems_.add(path_.string(), pointer, value.is_null() ? "" : short_text(value), std::move(message));
  }

  template <class Group>
  Group read_group(const Json& json, const std::string& pointer, std::vector<std::string> other_keys) {
    Group group{};
    ParameterReader reader(json, pointer, origins_, problems_, std::move(other_keys));
    describe(reader, group);
    reader.finish();
    return group;
  }

  Claim read_claim(const Json& json, const std::string& pointer) {
    Claim claim = read_group<Claim>(json, pointer, {"scenario", "set", "against", "series", "unstated", "mechanisms"});
    if (!json.is_object()) return claim;
    for (const auto& [key, text] : {std::pair{"name", &claim.name}, std::pair{"claim", &claim.claim},
                                    std::pair{"source", &claim.source}, std::pair{"metric", &claim.metric},
                                    std::pair{"reason", &claim.reason}})
      if (text->empty()) problem(child_pointer(pointer, key), Json(), "missing");
    if (std::isnan(claim.published)) problem(child_pointer(pointer, "published"), Json(), "missing");
    if (claim.relation == Relation::equal && (claim.tolerance > 0) == (claim.tolerance_percent > 0))
      problem(pointer, Json(claim.name), "expected either \"tolerance\" or \"tolerance_percent\"");
    if (claim.expected == Verdict::missed && claim.explanation.empty())
      problem(child_pointer(pointer, "explanation"), Json(), "missing: a known failure needs one");
    if (!names_.insert(claim.name).second)
      problem(child_pointer(pointer, "name"), Json(claim.name), "there is another claim of this name");
    claim.variant = read_variant(json, pointer, path_.parent_path(), claim.kernel);
    if ((claim.comparison == Comparison::value) == json.contains("against"))
      problem(pointer, Json(claim.name),
              "\"against\" and \"comparison\" ratio or difference belong together");
    else if (json.contains("against"))
      claim.against =
          read_against(json["against"], child_pointer(pointer, "against"), claim.variant, claim.kernel);
    if (json.contains("series")) claim.series = read_series(json["series"], child_pointer(pointer, "series"));
    if (json.contains("unstated")) {
      const std::string at = child_pointer(pointer, "unstated");
      if (!json["unstated"].is_array()) problem(at, json["unstated"], "expected an array");
      for (std::size_t i = 0; json["unstated"].is_array() && i < json["unstated"].size(); ++i)
        claim.unstated.push_back(read_series(json["unstated"][i], fmt::format("{}/{}", at, i)));
    }
    read_mechanisms(json, pointer, claim);
    return claim;
  }

  void read_mechanisms(const Json& json, const std::string& pointer, Claim& claim) {
    if (!json.contains("mechanisms")) return;
    const std::string at = child_pointer(pointer, "mechanisms");
    const Json& mechanisms = json["mechanisms"];
    if (!mechanisms.is_array()) problem(at, mechanisms, "expected an array");
    for (std::size_t i = 0; mechanisms.is_array() && i < mechanisms.size(); ++i) {
      const Json& each = mechanisms[i];
      const std::string here = fmt::format("{}/{}", at, i);
      if (!each.is_object() || !each.contains("words") || !each["words"].is_string() || !each.contains("set") || each.size() != 2) {
        problem(here, each, "expected an object with \"words\" and \"set\"");
        continue;
      }
      claim.mechanisms.push_back(
          {each["words"].get<std::string>(), read_texts(each["set"], child_pointer(here, "set"))});
      Variant variant = claim.variant;
      for (const std::string& set : claim.mechanisms.back().sets) variant.sets.push_back(set);
      check(variant, here);
    }
  }

  PublishedRow read_row(const Json& json, const std::string& pointer) {
    PublishedRow row = read_group<PublishedRow>(json, pointer, {"claims"});
    if (!json.is_object()) return row;
    for (const auto& [key, text] : {std::pair{"section", &row.section}, std::pair{"row", &row.row}})
      if (text->empty()) problem(child_pointer(pointer, key), Json(), "missing");
    if (json.contains("claims")) row.claims = read_texts(json["claims"], child_pointer(pointer, "claims"));
    if (row.claims.empty() == row.why.empty())
      problem(pointer, Json(row.row), "expected either \"claims\" or \"why\" none simulates it");
    return row;
  }

  // Each claim that a row names exists, and each claim is of a row.
  void check_rows(const Suite& suite) {
    const std::vector<std::string> known(names_.begin(), names_.end());
    std::set<std::string> listed;
    for (std::size_t i = 0; i < suite.rows.size(); ++i) {
      const std::vector<std::string>& claims = suite.rows[i].claims;
      for (std::size_t j = 0; j < claims.size(); ++j) {
        listed.insert(claims[j]);
        if (!names_.contains(claims[j]))
          problem(fmt::format("/rows/{}/claims/{}", i, j), Json(claims[j]),
                  fmt::format("there is no such claim{}", did_you_mean(claims[j], known)));
      }
    }
    for (std::size_t i = 0; i < suite.claims.size(); ++i)
      if (!listed.contains(suite.claims[i].name))
        problem(fmt::format("/claims/{}/name", i), Json(suite.claims[i].name),
                "no row of /rows has this claim");
  }

  std::vector<std::string> read_texts(const Json& json, const std::string& pointer) {
    std::vector<std::string> texts;
    const bool sound = json.is_array() && std::all_of(json.begin(), json.end(),
                                                      [](const Json& item) { return item.is_string(); });
    if (!sound) problem(pointer, json, "expected an array of strings");
    if (sound)
      for (const Json& item : json) texts.push_back(item.get<std::string>());
    return texts;
  }

  std::vector<std::string> read_sets(const Json& json, const std::string& pointer, const std::string& kernel) {
    std::vector<std::string> sets;
    if (!kernel.empty()) sets.push_back("/kernel=" + kernel);
    if (!json.contains("set")) return sets;
    for (std::string& set : read_texts(json["set"], child_pointer(pointer, "set"))) sets.push_back(std::move(set));
    return sets;
  }

  // Also checks that the scenario can be simulated.
  Variant read_variant(const Json& json, const std::string& pointer, const std::filesystem::path& directory,
                       const std::string& kernel) {
    Variant variant;
    if (!json.contains("scenario") || !json["scenario"].is_string()) {
      problem(child_pointer(pointer, "scenario"), Json(), "expected the path of a scenario");
      return variant;
    }
    variant.scenario = (directory / json["scenario"].get<std::string>()).lexically_normal();
    variant.sets = read_sets(json, pointer, kernel);
    check(variant, pointer);
    return variant;
  }

  // What `against` leaves out is that of the claim.
  Variant read_against(const Json& json, const std::string& pointer, const Variant& base,
                       const std::string& kernel) {
    Variant variant = base;
    if (!json.is_object()) {
      problem(pointer, json, "expected an object with \"scenario\" or \"set\"");
      return variant;
    }
    for (const auto& item : json.items())
      if (item.key() != "scenario" && item.key() != "set")
        problem(child_pointer(pointer, item.key()), item.value(), "expected \"scenario\" or \"set\"");
    if (json.contains("scenario") && json["scenario"].is_string())
      variant.scenario = (path_.parent_path() / json["scenario"].get<std::string>()).lexically_normal();
    if (json.contains("set")) variant.sets = read_sets(json, pointer, kernel);
    check(variant, pointer);
    return variant;
  }

  Series read_series(const Json& json, const std::string& pointer) {
    Series series;
    if (!json.is_object() || !json.contains("pointer") || !json["pointer"].is_string() ||
        !json.contains("values")) {
      problem(pointer, json, "expected an object with \"pointer\" and \"values\"");
      return series;
    }
    series.pointer = json["pointer"].get<std::string>();
    series.values = read_texts(json["values"], child_pointer(pointer, "values"));
    return series;
  }

  // What is wrong with its settings is told of `pointer`, where they stand.
  void check(const Variant& variant, const std::string& pointer) {
    try {
      load_scenario(variant.scenario, variant.sets);
    } catch (const InputError& error) {
      for (const Problem& p : error.problems()) {
        if (p.file == "--set")
          problems_.add(path_.string(), child_pointer(pointer, "set"), p.value, fmt::format("{}: {}", p.pointer, p.message));
        else
          problems_.add(p.file, p.pointer, p.value, p.message);
      }
    }
  }

  const std::filesystem::path& path_;
  Problems& problems_;
  Origins origins_;
  std::set<std::string> names_;
};

}  // namespace

void describe(ParameterVisitor& v, Claim& c) {
  v.text("name", c.name, "", "what the claim is called, as in `ktlssim validate NAME`");
  v.text("claim", c.claim, "", "what was published, in words");
  v.text("source", c.source, "", "where it was published");
  v.text("kernel", c.kernel, "", "a kernel profile, of both variants");
  v.text("metric", c.metric, "", "metric of a result that is held against it (results/README.md)");
  v.number("published", c.published, {kMissing, -1e9, 1e9}, "the published value");
  v.number("tolerance_percent", c.tolerance_percent, {0, 0, 100},
           "how far off it still meets, in per cent of the published value");
  v.number("tolerance", c.tolerance, {0, 0, 1e9},
           "the same in the unit of the published value; one of the two is given");
  v.text("reason", c.reason, "", "why the tolerance is what it is");
  v.text("fitted", c.fitted, "", "what was fitted to it, or chosen, of what its source does not state, and decides the verdict");
  v.choice("comparison", c.comparison, kComparisonNames, Comparison::value,
           "what is compared: the metric, or its ratio to or difference from that of `against`");
  v.choice("relation", c.relation, kRelationNames, Relation::equal,
           "to the published value; below: that is a limit, and needs no tolerance");
  v.choice("expected", c.expected, kVerdictNames, Verdict::met,
           "the verdict today; a change of it fails `ktlssim validate`");
  v.text("explanation", c.explanation, "", "why it is missed; needed where that is expected");
  v.integer("replications", c.replications, {1, 1, 10000}, "at least as many, where single runs differ much");
}

void describe(ParameterVisitor& v, PublishedRow& r) {
  v.text("section", r.section, "", "part of the sources");
  v.text("row", r.row, "", "what was published, in words");
  v.text("why", r.why, "", "why it is not simulated; either this or claims");
}

std::size_t Suite::simulated_rows() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [](const PublishedRow& row) { return !row.claims.empty(); }));
}

std::filesystem::path default_suite() {
  return shipped_directory("scenarios") / "validation" / "published.json";
}

Suite load_suite(const std::filesystem::path& path) {
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  Suite suite = SuiteReader(path, problems).read(*json);
  problems.throw_if_any();
  return suite;
}

}  // namespace ktlssim
