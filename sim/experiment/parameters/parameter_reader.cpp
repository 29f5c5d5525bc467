#include "sim/experiment/parameters/parameter_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ktlssim {

namespace {

// What an effective scenario states of it is for the eye: it is composed anew.
bool is_composed(const Json& value) {
  return value.is_object() && value.contains("confidence") && value.at("confidence") == name(Confidence::composed);
}

std::string expected(std::string_view allowed, const Json& value) {
  return fmt::format("expected {}, got {}", allowed, type_text(value));
}

void report_unknown_keys(const Json& object, const std::string& pointer, std::span<const std::string> known,
                         const Origins& origins, Problems& problems) {
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    if (item.key().starts_with("//") && item.value().is_string()) continue;  // a comment
    const std::string at = child_pointer(pointer, item.key());
    std::string hint = did_you_mean(item.key(), known);
    if (hint.empty()) hint = fmt::format("; allowed here: {}", quoted_list(known));
    problems.add(origins.file(at), at, short_text(item.value()), "unknown key" + hint);
  }
}

}  // namespace

ParameterReader::ParameterReader(const Json& object, std::string pointer, const Origins& origins,
                                 Problems& problems, std::vector<std::string> other_keys)
    : origins_(origins), problems_(problems) {
  const bool usable = object.is_object();
  if (!usable) problem(pointer, object, expected("an object", object));
  frames_.push_back({usable ? &object : nullptr, std::move(pointer), std::move(other_keys), !usable});
}

void ParameterReader::finish() {
  const Frame& frame = frames_.back();
  if (frame.object) report_unknown_keys(*frame.object, frame.pointer, frame.known, origins_, problems_);
}

const Json* ParameterReader::find(std::string_view name) {
  Frame& frame = frames_.back();
  frame.known.emplace_back(name);
  if (!frame.object) return nullptr;
  const auto found = frame.object->find(frame.known.back());
  return found == frame.object->end() ? nullptr : &*found;
}

void ParameterReader::problem(const std::string& pointer, const Json& value, std::string message) {
  problems_.add(origins_.file(pointer), pointer, short_text(value), std::move(message));
}

void ParameterReader::missing(std::string_view name) {
  Frame& frame = frames_.back();
  if (frame.silent) return;
  // A group that is absent as a whole is one mistake, not one for each of its values.
  frame.silent = frame.object == nullptr;
  const std::string pointer = frame.silent ? frame.pointer : child_pointer(frame.pointer, name);
  problems_.add(origins_.file(pointer), pointer, "", "missing: a profile states every value");
}

void ParameterReader::integer(std::string_view name, std::int64_t& field, Range<std::int64_t> range,
                              std::string_view) {
  field = range.fallback;
  const Json* value = find(name);
  if (!value) return;
  const std::string pointer = child_pointer(frames_.back().pointer, name);
  const std::string allowed = fmt::format("an integer from {} to {}", range.min, range.max);
  if (!value->is_number()) return problem(pointer, *value, expected(allowed, *value));
  const double number = value->get<double>();
  if (number < static_cast<double>(range.min) || number > static_cast<double>(range.max))
    return problem(pointer, *value, fmt::format("out of range: {} is allowed", allowed));
  if (std::trunc(number) != number)
    return problem(pointer, *value, fmt::format("expected {}, got a fraction", allowed));
  field = value->is_number_float() ? static_cast<std::int64_t>(number) : value->get<std::int64_t>();
}

bool ParameterReader::read_number(const std::string& pointer, const Json& value, double min, double max,
                                  double& number) {
  const std::string allowed = fmt::format("a number from {} to {}", min, max);
  if (!value.is_number()) {
    problem(pointer, value, expected(allowed, value));
    return false;
  }
  const double given = value.get<double>();
  if (!(given >= min && given <= max)) {
    problem(pointer, value, fmt::format("out of range: {} is allowed", allowed));
    return false;
  }
  number = given == 0 ? 0 : given;  // no negative zero
  return true;
}

void ParameterReader::number(std::string_view name, double& field, Range<double> range, std::string_view) {
  field = range.fallback;
  if (const Json* value = find(name))
    read_number(child_pointer(frames_.back().pointer, name), *value, range.min, range.max, field);
}

void ParameterReader::flag(std::string_view name, bool& field, bool fallback, std::string_view) {
  field = fallback;
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_boolean())
    return problem(child_pointer(frames_.back().pointer, name), *value, expected("true or false", *value));
  field = value->get<bool>();
}

void ParameterReader::text(std::string_view name, std::string& field, std::string_view fallback,
                           std::string_view) {
  field = fallback;
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_string())
    return problem(child_pointer(frames_.back().pointer, name), *value, expected("a string", *value));
  field = value->get<std::string>();
}

void ParameterReader::choice_index(std::string_view name, int& index, std::span<const std::string_view> names,
                                   int fallback, std::string_view) {
  index = fallback;
  if (const Json* value = find(name))
    read_word(child_pointer(frames_.back().pointer, name), *value, names, index);
}

// One of `names`, or true or false.
bool ParameterReader::read_word(const std::string& pointer, const Json& value,
                                std::span<const std::string_view> names, int& index) {
  if (is_flag(names)) {
    if (value.is_boolean())
      index = value.get<bool>() ? 1 : 0;
    else
      problem(pointer, value, expected("true or false", value));
    return value.is_boolean();
  }
  const std::vector<std::string> allowed(names.begin(), names.end());
  const std::string one_of = fmt::format("one of {}", quoted_list(allowed));
  if (!value.is_string()) {
    problem(pointer, value, expected(one_of, value));
    return false;
  }
  const std::string given = value.get<std::string>();
  const auto found = std::find(allowed.begin(), allowed.end(), given);
  if (found == allowed.end()) {
    problem(pointer, value, fmt::format("expected {}{}", one_of, did_you_mean(given, allowed)));
    return false;
  }
  index = static_cast<int>(found - allowed.begin());
  return true;
}

bool ParameterReader::read_text(const Json& object, const std::string& pointer, std::string_view key,
                                std::string& text) {
  const std::string at = child_pointer(pointer, key);
  const auto found = object.find(std::string(key));
  if (found == object.end()) {
    problems_.add(origins_.file(at), at, "", "missing: every value of a profile states where it comes from");
    return false;
  }
  if (!found->is_string()) {
    problem(at, *found, expected("a string", *found));
    return false;
  }
  text = found->get<std::string>();
  if (text.find_first_not_of(" \t\r\n") != std::string::npos) return true;
  problem(at, *found, "expected a string that is not empty");
  return false;
}

bool ParameterReader::read_provenance(const Json& object, const std::string& pointer,
                                      Provenance& provenance) {
  bool valid = read_text(object, pointer, "source", provenance.source);
  std::string name;
  if (!read_text(object, pointer, "confidence", name)) return false;
  // In a scenario's file an effective scenario may say that an earlier scenario set the value.
  const std::size_t allowed_names = kConfidenceNames.size() - (origins_.allows_plain_numbers() ? 0 : 1);
  const std::vector<std::string> names(kConfidenceNames.begin(), kConfidenceNames.begin() + allowed_names);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    problem(child_pointer(pointer, "confidence"), object.at("confidence"),
            fmt::format("expected one of {}{}", quoted_list(names), did_you_mean(name, names)));
    return false;
  }
  provenance.confidence = static_cast<Confidence>(found - names.begin());
  if (provenance.confidence == Confidence::fitted) {
    valid = read_text(object, pointer, "fitted_to", provenance.fitted_to) && valid;
  } else if (object.contains("fitted_to")) {
    problem(child_pointer(pointer, "fitted_to"), object.at("fitted_to"), "only for confidence \"fitted\"");
    valid = false;
  }
  return valid;
}

const Json* ParameterReader::read_sourced(const std::string& pointer, const Json& value,
                                          const std::string& allowed, std::string_view plain,
                                          std::optional<Provenance>& provenance) {
  if (!value.is_object()) {
    const std::string or_plain =
        origins_.allows_plain_numbers() ? fmt::format("{}, or ", plain) : std::string();
    problem(pointer, value, expected(or_plain + "an object of value, source and confidence", value));
    return nullptr;
  }
  static const std::vector<std::string> keys{"value",     "low",   "high",       "prior",
                                              "shares",    "source", "confidence", "fitted_to"};
  report_unknown_keys(value, pointer, keys, origins_, problems_);
  Provenance from{};
  if (read_provenance(value, pointer, from)) provenance = std::move(from);
  const auto given = value.find("value");
  if (given != value.end()) return &*given;
  const std::string at = child_pointer(pointer, "value");
  problems_.add(origins_.file(at), at, "", "missing: " + allowed);
  return nullptr;
}

bool ParameterReader::read_prior(const Json& object, const std::string& pointer, CostRange range, double value,
                                 std::optional<Provenance>& provenance) {
  if (!object.contains("low") && !object.contains("high")) {
    for (const char* key : {"prior", "shares"}) {
      if (!object.contains(key)) continue;
      problem(child_pointer(pointer, key), object.at(key), "only beside low and high");
      return false;
    }
    return true;
  }
  for (const char* key : {"low", "high"}) {
    if (object.contains(key)) continue;
    const std::string at = child_pointer(pointer, key);
    problems_.add(origins_.file(at), at, "", "missing: a range has low and high");
    return false;
  }
  Prior prior{};
  const std::string low = child_pointer(pointer, "low");
  const std::string high = child_pointer(pointer, "high");
  if (!read_number(low, object.at("low"), range.min, range.max, prior.low) ||
      !read_number(high, object.at("high"), range.min, range.max, prior.high))
    return false;
  if (prior.low > value) {
    problem(low, object.at("low"), fmt::format("above the value, {}", value));
    return false;
  }
  if (prior.high < value) {
    problem(high, object.at("high"), fmt::format("below the value, {}", value));
    return false;
  }
  int law = static_cast<int>(prior.low > 0 ? PriorLaw::log_uniform : PriorLaw::uniform);
  if (object.contains("prior") &&
      !read_word(child_pointer(pointer, "prior"), object.at("prior"), kPriorLawNames, law))
    return false;
  prior.law = static_cast<PriorLaw>(law);
  if (prior.law == PriorLaw::log_uniform && prior.low <= 0) {
    problem(low, object.at("low"), "a log-uniform prior begins above 0");
    return false;
  }
  if (object.contains("shares") && !read_text(object, pointer, "shares", prior.shares)) return false;
  if (provenance) provenance->prior = std::move(prior);
  return true;
}

void ParameterReader::read_quantity(const std::string& pointer, const Json& value, CostRange range,
                                    Quantity& field) {
  double number = 0;
  if (value.is_number() && origins_.allows_plain_numbers()) {
    if (read_number(pointer, value, range.min, range.max, number))
      field = Quantity(number, {origins_.source(pointer), Confidence::scenario, {}, {}});
    return;
  }
  std::optional<Provenance> provenance;
  const std::string allowed = fmt::format("a number from {} to {}", range.min, range.max);
  const Json* given = read_sourced(pointer, value, allowed, "a number", provenance);
  if (given == nullptr) return;
  if (!read_number(child_pointer(pointer, "value"), *given, range.min, range.max, number)) return;
  if (read_prior(value, pointer, range, number, provenance) && provenance)
    field = Quantity(number, std::move(*provenance));
}

void ParameterReader::quantity(std::string_view name, Quantity& field, CostRange range, std::string_view) {
  const Json* value = find(name);
  if (!value) return missing(name);
  read_quantity(child_pointer(frames_.back().pointer, name), *value, range, field);
}

void ParameterReader::optional_quantity(std::string_view name, Quantity& field, CostRange range,
                                        std::string_view) {
  field = Quantity();
  const Json* value = find(name);
  if (value && !is_composed(*value))
    read_quantity(child_pointer(frames_.back().pointer, name), *value, range, field);
}

void ParameterReader::fact_index(std::string_view name, int& index,
                                 std::shared_ptr<const Provenance>& provenance,
                                 std::span<const std::string_view> names, std::string_view) {
  const Json* value = find(name);
  if (!value) return missing(name);
  const std::string pointer = child_pointer(frames_.back().pointer, name);
  if (!value->is_object() && origins_.allows_plain_numbers()) {
    if (read_word(pointer, *value, names, index))
      provenance = shared_provenance({origins_.source(pointer), Confidence::scenario, {}, {}});
    return;
  }
  std::optional<Provenance> from;
  const std::string allowed =
      is_flag(names)
          ? "true or false"
          : fmt::format("one of {}", quoted_list(std::vector<std::string>(names.begin(), names.end())));
  const Json* given = read_sourced(pointer, *value, allowed, allowed, from);
  if (given == nullptr) return;
  for (const char* key : {"low", "high", "prior", "shares"}) {
    if (!value->contains(key)) continue;
    problem(child_pointer(pointer, key), value->at(key), "only beside a number");
    return;
  }
  if (read_word(child_pointer(pointer, "value"), *given, names, index) && from)
    provenance = shared_provenance(std::move(*from));
}

void ParameterReader::push(std::string_view name, const Json* value) {
  const Frame& parent = frames_.back();
  std::string pointer = child_pointer(parent.pointer, name);
  bool silent = parent.silent;
  if (value && !value->is_object()) {
    problem(pointer, *value, expected("an object", *value));
    value = nullptr;
    silent = true;
  }
  frames_.push_back({value, std::move(pointer), {}, silent});
}

void ParameterReader::begin_group(std::string_view name, std::string_view) { push(name, find(name)); }

bool ParameterReader::begin_optional_group(std::string_view name, bool& present, std::string_view) {
  const Json* value = find(name);
  present = value != nullptr;
  if (present) push(name, value);
  return present;
}

void ParameterReader::end_group() {
  finish();
  const bool silent = frames_.back().silent;
  const bool absent = frames_.back().object == nullptr;
  frames_.pop_back();
  // Within an absent group, an absent group's complaint stands for both.
  if (silent && absent && frames_.back().object == nullptr) frames_.back().silent = true;
}

}  // namespace ktlssim
