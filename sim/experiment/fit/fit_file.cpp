#include "sim/experiment/fit/fit_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/counted.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"

namespace ktlssim {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

class FitReader {
 public:
  FitReader(const std::filesystem::path& path, const Suite& suite, Problems& problems)
      : path_(path), suite_(suite), problems_(problems), origins_(path.string(), Origins::Kind::scenario) {}

  FitProblem read(const Json& json) {
    FitProblem fit;
    if (!json.is_object()) {
      problem("", json, "expected an object");
      return fit;
    }
    for (const auto& item : json.items())
      if (item.key() != "$schema" && item.key() != "description" && item.key() != "claims" &&
          item.key() != "set" && item.key() != "parameters")
        problem(child_pointer("", item.key()), item.value(),
                "expected \"description\", \"claims\", \"set\" or \"parameters\"");
    if (json.contains("description")) fit.description = text(json, "description");
    for (const std::string& name : texts(json, "", "claims")) add_claim(fit, name);
    if (json.contains("set"))
      for (const std::string& set : texts(json, "", "set")) add_setting(fit, set);
    if (!json.contains("parameters") || !json["parameters"].is_array() || json["parameters"].empty())
      problem("/parameters", Json(), "expected an array of parameters");
    else
      for (std::size_t i = 0; i < json["parameters"].size(); ++i)
        fit.parameters.push_back(
            read_parameter(json["parameters"][i], fmt::format("/parameters/{}", i), fit));
    if (fit.parameters.size() > kMaxFitParameters)
      problem("/parameters", Json(fit.parameters.size()), fmt::format("more than {}", kMaxFitParameters));
    if (fit.parameters.size() > fit.claims.size())
      problem("/parameters", Json(fit.parameters.size()),
              fmt::format("more than the {} can tell", counted(fit.claims.size(), "claim")));
    return fit;
  }

 private:
  void problem(const std::string& pointer, const Json& value, std::string message) {
    problems_.add(path_.string(), pointer, value.is_null() ? "" : short_text(value), std::move(message));
  }

  std::string text(const Json& json, const std::string& key) {
    if (json[key].is_string()) return json[key].get<std::string>();
    problem(child_pointer("", key), json[key], "expected a string");
    return "";
  }

  std::vector<std::string> texts(const Json& json, const std::string& pointer, const std::string& key) {
    const std::string at = child_pointer(pointer, key);
    const auto is_text = [](const Json& item) { return item.is_string(); };
    std::vector<std::string> found;
    if (!json.contains(key) || !json[key].is_array() ||
        !std::all_of(json[key].begin(), json[key].end(), is_text))
      problem(at, json.contains(key) ? json[key] : Json(), "expected an array of strings");
    else
      for (const Json& item : json[key]) found.push_back(item.get<std::string>());
    return found;
  }

  void add_claim(FitProblem& fit, const std::string& name) {
    std::vector<std::string> names;
    for (const Claim& claim : suite_.claims) {
      names.push_back(claim.name);
      if (claim.name != name) continue;
      if (claim.relation != Relation::equal)
        problem("/claims", Json(name), "a limit cannot be fitted to");
      else
        fit.claims.push_back(claim);
      return;
    }
    problem("/claims", Json(name), "no such claim" + did_you_mean(name, names));
  }

  void add_setting(FitProblem& fit, const std::string& set) {
    const std::string pointer = set.substr(0, set.find('='));
    if (find_parameter(known_, pointer) == nullptr || pointer.size() == set.size())
      problem("/set", Json(set), "expected /json/pointer=VALUE of a parameter");
    for (Claim& claim : fit.claims) {
      claim.variant.sets.push_back(set);
      if (claim.against) claim.against->sets.push_back(set);
    }
  }

  FitParameter read_parameter(const Json& json, const std::string& pointer, const FitProblem& fit) {
    FitParameter parameter{};
    ParameterReader reader(json, pointer, origins_, problems_, {"pointers", "claims"});
    describe(reader, parameter);
    reader.finish();
    if (!json.is_object()) return parameter;
    if (parameter.name.empty()) problem(child_pointer(pointer, "name"), Json(), "missing");
    if (!(parameter.min < parameter.max))
      problem(pointer, Json(parameter.name), "expected \"min\" below \"max\"");
    parameter.pointers = texts(json, pointer, "pointers");
    for (const std::string& p : parameter.pointers)
      if (find_parameter(known_, p) == nullptr)
        problem(child_pointer(pointer, "pointers"), Json(p),
                fmt::format("no such parameter; did you mean {}?", nearest_pointer(known_, p)));
    if (json.contains("claims")) parameter.claims = texts(json, pointer, "claims");
    for (const std::string& name : parameter.claims)
      if (std::none_of(fit.claims.begin(), fit.claims.end(),
                       [&](const Claim& claim) { return claim.name == name; }))
        problem(child_pointer(pointer, "claims"), Json(name), "not among the claims of this fit");
    return parameter;
  }

  const std::filesystem::path& path_;
  const Suite& suite_;
  Problems& problems_;
  Origins origins_;
  std::vector<Parameter> known_ = scenario_parameters();
};

}  // namespace

void describe(ParameterVisitor& v, FitParameter& p) {
  v.text("name", p.name, "", "what to call it");
  v.number("min", p.min, {kMissing, 0, 1e12}, "lowest value that it may get");
  v.number("max", p.max, {kMissing, 0, 1e12}, "highest value that it may get");
  v.text("reason", p.reason, "", "why these bounds");
  v.text("times_host", p.times_host, "",
         "a host profile: each pointer gets the fitted value times what that profile has there");
}

FitProblem load_fit(const std::filesystem::path& path, const Suite& suite) {
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  FitProblem fit = FitReader(path, suite, problems).read(*json);
  problems.throw_if_any();
  const std::filesystem::path whole = std::filesystem::absolute(path);
  fit.file = (whole.parent_path().filename() / whole.filename()).string();
  return fit;
}

}  // namespace ktlssim
