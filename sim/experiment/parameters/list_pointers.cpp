#include "sim/experiment/parameters/list_pointers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace ktlssim {

namespace {

constexpr std::int64_t kMaxCount = 64;

// `pointer` as the element of a list: its index, and what follows.
struct Element {
  std::size_t index;
  std::string rest;  // empty, or from a slash on
};

std::optional<Element> element_of(std::string_view list, std::string_view pointer) {
  if (!pointer.starts_with(list) || pointer.size() <= list.size() + 1 || pointer[list.size()] != '/') return std::nullopt;
  const std::string_view tail = pointer.substr(list.size() + 1);
  const std::string_view digits = tail.substr(0, tail.find('/'));
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Element{index, std::string(tail.substr(digits.size()))};
}

// How often a driver of the list stands for one; the key is taken away.
std::int64_t take_count(Json& driver, const std::string& pointer, const Origins& origins, Problems& problems) {
  if (!driver.is_object() || !driver.contains("count")) return 1;
  const Json count = driver.at("count");
  driver.erase("count");
  if (count.is_number_integer() && count.get<std::int64_t>() >= 1 && count.get<std::int64_t>() <= kMaxCount)
    return count.get<std::int64_t>();
  const std::string at = child_pointer(pointer, "count");
  problems.add(origins.file(at), at, short_text(count), fmt::format("expected an integer from 1 to {}", kMaxCount));
  return 1;
}

bool is_given(const Json& scenario, const char* list, std::initializer_list<const char*> others,
              const Origins& origins, Problems& problems) {
  if (!scenario.contains(list)) return false;
  const std::string at = child_pointer("", list);
  const Json& value = scenario.at(list);
  for (const char* const other : others)
    if (scenario.contains(other))
      problems.add(origins.file(at), at, "", fmt::format("says what \"{}\" says: one of them is allowed", other));
  if (value.is_array()) return true;
  problems.add(origins.file(at), at, short_text(value), fmt::format("expected an array, got {}", type_text(value)));
  return true;
}

void unify_drivers(Json& scenario, const Origins& origins, Problems& problems) {
  Json all = Json::array();
  const Json list = scenario.at("drivers");
  scenario.erase("drivers");
  if (list.is_array() && list.empty())
    problems.add(origins.file("/drivers"), "/drivers", "[]", "expected at least one driver");
  for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
    Json driver = list[i];
    const std::int64_t count = take_count(driver, fmt::format("/drivers/{}", i), origins, problems);
    for (std::int64_t n = 0; n < count; ++n) all.push_back(driver);
  }
  if (all.empty()) return;
  scenario["driver"] = all.front();
  all.erase(all.begin());
  if (!all.empty()) scenario["other_drivers"] = std::move(all);
}

}  // namespace

std::string canonical_pointer(const std::string& pointer) {
  if (const auto driver = element_of("/drivers", pointer))
    return driver->index == 0 ? "/driver" + driver->rest
                              : fmt::format("/other_drivers/{}{}", driver->index - 1, driver->rest);
  if (const auto group = element_of("/sessions", pointer))
    return fmt::format("/session_groups/{}{}", group->index, group->rest);
  return pointer;  // "/sessions" itself is rather meant to be /workload/sessions
}

std::string pointer_as_given(const std::string& pointer, const ListNames& names) {
  if (names.drivers && (pointer == "/driver" || pointer.starts_with("/driver/")))
    return "/drivers/0" + pointer.substr(std::string_view("/driver").size());
  if (const auto other = element_of("/other_drivers", pointer); other && names.drivers)
    return fmt::format("/drivers/{}{}", other->index + 1, other->rest);
  if (const auto group = element_of("/session_groups", pointer); group && names.sessions)
    return fmt::format("/sessions/{}{}", group->index, group->rest);
  return pointer;
}

std::string declared_pointer(const std::string& pointer) {
  const std::string canonical = canonical_pointer(pointer);
  if (const auto other = element_of("/other_drivers", canonical)) return "/driver" + other->rest;
  if (const auto group = element_of("/session_groups", canonical)) return "/session_groups/N" + group->rest;
  return canonical;
}

ListNames unify_lists(Json& scenario, const Origins& origins, Problems& problems) {
  ListNames names;
  names.drivers = is_given(scenario, "drivers", {"driver", "other_drivers"}, origins, problems);
  names.sessions = is_given(scenario, "sessions", {"session_groups"}, origins, problems);
  if (names.drivers) unify_drivers(scenario, origins, problems);
  if (names.sessions) {
    const Json groups = scenario.at("sessions");
    scenario.erase("sessions");
    if (groups.is_array()) scenario["session_groups"] = groups;
  }
  return names;
}

}  // namespace ktlssim
