#include "sim/experiment/parameters/effective.hpp"

#include <string>
#include <vector>

#include "sim/experiment/parameters/parameter_reader.hpp"

namespace ktlssim {

namespace {

class Writer final : public ParameterVisitor {
 public:
  Writer() { open_.push_back(Json::object()); }

  Json take() { return std::move(open_.front()); }
  std::size_t changed() const { return changed_; }
  void put(std::string_view name, Json value) { open_.back().emplace(std::string(name), std::move(value)); }

  void integer(std::string_view name, std::int64_t& field, Range<std::int64_t>, std::string_view) override {
    put(name, field);
  }
  void number(std::string_view name, double& field, Range<double>, std::string_view) override {
    put(name, number_json(field));
  }
  void flag(std::string_view name, bool& field, bool, std::string_view) override { put(name, field); }
  void text(std::string_view name, std::string& field, std::string_view, std::string_view) override {
    put(name, field);
  }
  void quantity(std::string_view name, Quantity& field, CostRange, std::string_view) override {
    put_sourced(name, number_json(field.value()), field.provenance());
  }
  void optional_quantity(std::string_view name, Quantity& field, CostRange range,
                         std::string_view meaning) override {
    if (field.provenance()) quantity(name, field, range, meaning);
  }
  void fact_index(std::string_view name, int& index, std::shared_ptr<const Provenance>& provenance,
                  std::span<const std::string_view> names, std::string_view) override {
    Json value = is_flag(names) ? Json(index != 0) : Json(names[static_cast<std::size_t>(index)]);
    put_sourced(name, std::move(value), provenance.get());
  }
  void choice_index(std::string_view name, int& index, std::span<const std::string_view> names, int,
                    std::string_view) override {
    put(name, names[static_cast<std::size_t>(index)]);
  }
  void begin_group(std::string_view name, std::string_view) override {
    names_.emplace_back(name);
    open_.push_back(Json::object());
  }
  bool begin_optional_group(std::string_view name, bool& present, std::string_view meaning) override {
    if (present) begin_group(name, meaning);
    return present;
  }
  void end_group() override {
    Json group = std::move(open_.back());
    open_.pop_back();
    put(names_.back(), std::move(group));
    names_.pop_back();
  }

 private:
  static void put_prior(Json& json, const Prior& prior) {
    json.emplace("low", number_json(prior.low));
    json.emplace("high", number_json(prior.high));
    json.emplace("prior", ktlssim::name(prior.law));
    if (!prior.shares.empty()) json.emplace("shares", prior.shares);
  }
  void put_sourced(std::string_view name, Json value, const Provenance* provenance) {
    Json json = Json::object();
    json.emplace("value", std::move(value));
    if (provenance) {
      if (provenance->prior) put_prior(json, *provenance->prior);
      json.emplace("source", provenance->source);
      json.emplace("confidence", ktlssim::name(provenance->confidence));
      if (provenance->confidence == Confidence::fitted) json.emplace("fitted_to", provenance->fitted_to);
      if (provenance->confidence == Confidence::scenario) ++changed_;
    }
    put(name, std::move(json));
  }

  std::vector<Json> open_;
  std::vector<std::string> names_;
  std::size_t changed_ = 0;
};

// describe() takes its group by reference for readers' sake; writing changes nothing, but works on a copy.
template <class Profile>
Json write_profile(Profile profile) {
  Writer writer;
  writer.put("name", profile.name);
  describe(writer, profile);
  return writer.take();
}

template <class Profile>
std::size_t count_changed(Profile profile) {
  Writer writer;
  describe(writer, profile);
  return writer.changed();
}

}  // namespace

Json effective_value(const Json& effective, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  if (!effective.contains(place)) return nullptr;
  const Json& found = effective.at(place);
  if (!found.is_object()) return found;
  for (const char* const key : {"value", "name"})
    if (found.contains(key)) return found.at(key);
  return found;
}

Json profile_json(const KernelProfile& profile) { return write_profile(profile); }
Json profile_json(const HostProfile& profile) { return write_profile(profile); }
Json profile_json(const DriverProfile& profile) { return write_profile(profile); }
std::size_t changed_values(const KernelProfile& profile) { return count_changed(profile); }
std::size_t changed_values(const HostProfile& profile) { return count_changed(profile); }
std::size_t changed_values(const DriverProfile& profile) { return count_changed(profile); }

Json effective_json(const Scenario& scenario) {
  Scenario copy = scenario;
  Writer writer;
  describe(writer, copy);
  writer.put("kernel", profile_json(scenario.kernel));
  writer.put("host", profile_json(scenario.host));
  writer.put("driver", profile_json(scenario.driver));
  if (!scenario.other_drivers.empty()) {
    Json others = Json::array();
    for (const DriverProfile& driver : scenario.other_drivers) others.push_back(profile_json(driver));
    writer.put("other_drivers", std::move(others));
  }
  if (!copy.session_groups.empty()) {
    Json groups = Json::array();
    for (SessionGroup& group : copy.session_groups) {
      Writer one;
      describe(one, group);
      groups.push_back(one.take());
    }
    writer.put("session_groups", std::move(groups));
  }
  return writer.take();
}

}  // namespace ktlssim
