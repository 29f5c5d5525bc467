// A directory for results: found unusable before anything is simulated, and never holding half a file.
#pragma once

#include <filesystem>
#include <string_view>

namespace ktlssim {

class OutputDirectory {
 public:
  // Creates the directory where needed and tries to write in it. Throws InputError if that fails.
  explicit OutputDirectory(std::filesystem::path path);

  // Writes under a temporary name, then renames: a file of this name is old or complete. Throws
  // std::system_error.
  void write(std::string_view name, std::string_view contents) const;

 private:
  std::filesystem::path path_;
};

}  // namespace ktlssim
