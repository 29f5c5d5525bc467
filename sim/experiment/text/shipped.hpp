// Where the files that come with the program are: beside the binary where it was installed, at whatever prefix; else in
// the source tree that it was built from; else where the build was told to install them.
#pragma once

#include <filesystem>
#include <string_view>

namespace ktlssim {

// The binary that runs; empty where the system does not tell.
std::filesystem::path program_path();

// `what`: "profiles", "scenarios" or "notebooks". It need not exist.
std::filesystem::path shipped_directory(std::string_view what);

}  // namespace ktlssim
