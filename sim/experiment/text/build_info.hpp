// What this binary was built from, for provenance and for finding the data files. All strings live as long as
// the program.
#pragma once

namespace ktlssim {

struct BuildInfo {
  const char* version;  // of the project: "0.1.0"
  const char*
      git;  // `git describe` at the time of the build, "-dirty" if a tracked file differed; or "unknown"
  const char* compiler;    // "GNU 12.2.0"
  const char* simgrid;     // "3.32"
  const char* build_type;  // "Release"
  const char* source_dir;  // the source tree: profiles in models/profiles, scenarios in scenarios
  const char* data_dir;    // where `install` puts profiles/, scenarios/ and notebooks/ by default
  const char* data_from_bin;  // the same, relative to the directory of the installed binary
};

const BuildInfo& build_info();

}  // namespace ktlssim
