// Profiles and scenario files in a temporary directory, for tests of reading.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Points KTLSSIM_DATA at a directory with the host "testhost" (4 CPUs, every cost 0) and the drivers "soft"
// (aesni, both ciphers) and "card" (ccr, aes-128-gcm only).
class ProfileFixture : public testing::Test {
 protected:
  ProfileFixture();
  ~ProfileFixture() override;

  // Writes a file into the directory; its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;
  void write_profile(const std::string& name, const Json& profile) const;  // name: "drivers/card"

  // {"host": "testhost", "driver": "soft"} with `more` members of the same object.
  static Json scenario_json(const Json& more = Json::object());
  // Reads `json` as the file "s.json".
  static Scenario read(const Json& json, const std::vector<std::string>& sets = {});
  // The lines of the problems of reading; empty if there are none.
  static std::vector<std::string> problems(const Json& json, const std::vector<std::string>& sets = {});

  static Json test_host();
  static Json test_card();

  std::filesystem::path directory_;
};

}  // namespace ktlssim
