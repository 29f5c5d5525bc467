#include "tests/support/profile_fixture.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "sim/experiment/parameters/effective.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {

namespace {

// What a profile's file must say of values that ideal_scenario() made up.
Json as_file(Json profile) {
  profile.erase("name");
  const auto estimate = [](auto& self, Json& json) -> void {
    if (!json.is_object()) return;
    if (json.contains("confidence")) json.at("confidence") = "estimated";
    for (auto& item : json.items()) self(self, item.value());
  };
  estimate(estimate, profile);
  return profile;
}

}  // namespace

ProfileFixture::ProfileFixture() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ktlssim-test-XXXXXX").string();
  directory_ = mkdtemp(pattern.data());
  setenv("KTLSSIM_DATA", directory_.c_str(), 1);
  write_profile("hosts/testhost", test_host());
  write_profile("drivers/soft", as_file(profile_json(ideal_scenario().driver)));
  write_profile("drivers/card", test_card());
}

ProfileFixture::~ProfileFixture() {
  unsetenv("KTLSSIM_DATA");
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::filesystem::path ProfileFixture::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = directory_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

void ProfileFixture::write_profile(const std::string& name, const Json& profile) const {
  write("profiles/" + name + ".json", profile.dump());
}

Json ProfileFixture::scenario_json(const Json& more) {
  Json json = {{"host", "testhost"}, {"driver", "soft"}};
  json.update(more);
  return json;
}

Scenario ProfileFixture::read(const Json& json, const std::vector<std::string>& sets) {
  return read_scenario(json, "s.json", sets);
}

std::vector<std::string> ProfileFixture::problems(const Json& json, const std::vector<std::string>& sets) {
  std::vector<std::string> lines;
  try {
    read(json, sets);
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) lines.push_back(problem.line());
  }
  return lines;
}

Json ProfileFixture::test_host() {
  Scenario scenario = ideal_scenario();
  scenario.host.cpus = q(4);
  return as_file(profile_json(scenario.host));
}

Json ProfileFixture::test_card() {
  DriverProfile driver = ideal_scenario().driver;
  driver.kind = DriverKind::ccr;
  driver.ciphers[static_cast<std::size_t>(Algorithm::aes_256_gcm)].supported = false;
  // 64 is within the range of most of what the groups hold.
  Json profile = as_file(profile_json(driver));
  const Json value = {{"value", 64}, {"source", "test"}, {"confidence", "estimated"}};
  Scenario groups = ideal_scenario();
  groups.driver.has_device = true;
  groups.driver.has_ccr = true;
  const Json all = profile_json(groups.driver);
  for (const char* group : {"device", "ccr"}) {
    Json filled = all.at(group);
    for (auto& item : filled.items())
      if (item.value().is_object()) item.value() = value;
    profile.emplace(group, std::move(filled));
  }
  profile.at("ccr").at("ports").at("value") = 2;
  profile.at("ccr").at("descriptors_per_request").at("value") = 8;
  profile.at("ccr").at("ring_descriptors").at("value") = 1024;
  return profile;
}

}  // namespace ktlssim
