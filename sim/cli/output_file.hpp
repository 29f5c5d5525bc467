// Files that a verb was asked to write: found unusable before anything is simulated.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "sim/cli/options.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

// A file to be written at the end, in a directory that can be written to now. Throws InputError where the path is that of
// something else than a regular file, a device for example.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  void write(std::string_view contents) const { directory_.write(path_.filename().string(), contents); }
  std::filesystem::path path() const { return directory_.path() / path_.filename(); }

 private:
  std::filesystem::path path_;
  OutputDirectory directory_;
};

// The file that an option names, if it was given.
std::optional<OutputFile> output_file(const Values& values, std::string_view option);
// Throws InputError if the file is there and --force was not given.
OutputFile new_file(const std::filesystem::path& path, const Values& values);

}  // namespace ktlssim
