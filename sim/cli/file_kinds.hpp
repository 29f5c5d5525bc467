// The kinds of files that are read: what each is called, its JSON schema, and how it is checked.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct FileKind {
  std::string_view name;
  std::string_view meaning;
  Json (*schema)();
  // Reads the file with all that it names, changed by `sets` where it is a scenario. Throws InputError.
  void (*check)(const std::filesystem::path& path, const std::vector<std::string>& sets);
};

// The first is the scenario.
std::span<const FileKind> file_kinds();

// What the keys of the file say that it is meant to be; a scenario where they say nothing.
const FileKind& kind_of_file(const std::filesystem::path& path);

}  // namespace ktlssim
