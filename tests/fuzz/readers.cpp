#include "tests/fuzz/readers.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>

#include "sim/experiment/derive/derived_profile.hpp"
#include "sim/experiment/derive/step_table.hpp"
#include "sim/experiment/ensemble/discrepancy.hpp"
#include "sim/experiment/ensemble/ensemble_file.hpp"
#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/sweep/saved_points.hpp"
#include "sim/experiment/sweep/sweep_directory.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/sealed_json.hpp"
#include "sim/experiment/validation/influence_file.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

namespace {

namespace fs = std::filesystem;

// Of this process, with the scenarios that sweeps of the seeds name.
struct Folder {
  const fs::path path = fs::temp_directory_path() / ("ktlssim-fuzz-" + std::to_string(getpid()));

  Folder() {
    for (const char* const of_sweep : {"runs", "known"}) fs::create_directories(path / "sweep" / of_sweep);
    fs::create_directories(path / "run");
    for (const auto& file : fs::directory_iterator(fs::path(build_info().source_dir) / "tests" / "fuzz" / "seeds"))
      fs::copy_file(file.path(), path / file.path().filename(), fs::copy_options::overwrite_existing);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

const fs::path& folder() {
  static const Folder folder;
  return folder.path;
}

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

template <class Read>
void takes(Read read) {
  try {
    read();
  } catch (const InputError&) {  // refused, as it may be
  }
}

// What is read back carries a checksum: with one that fits, its reader sees the rest.
void read_back(const Json& json) {
  static const fs::path sweep = folder() / "sweep";
  static const std::string manifest = json_text(sealed(manifest_of(load_sweep(folder() / "sweep.json"), "")));
  const std::string text = json_text(sealed(json));
  write(sweep / "manifest.json", text);
  takes([] {
    const SweepDirectory directory(sweep);
    for (std::size_t point = 0; point < directory.plan().points.size(); ++point) {
      directory.runs(point);
      directory.known(point);
    }
  });
  write(sweep / "manifest.json", manifest);
  write(sweep / "runs" / "00000-00000.json", text);
  write(sweep / "known" / "00000.json", text);
  takes([] {
    const SweepDirectory directory(sweep);
    SweepTables(sweep, directory.plan(), false).add(0, directory.runs(0), directory.known(0));
    std::set<std::string> damaged;
    read_saved_points(sweep, damaged);
  });
  write(folder() / "run" / "runs.json", text);
  takes([] { read_saved_runs(folder() / "run"); });
  write(folder() / "ensemble.json", text);
  takes([] { load_ensemble(folder() / "ensemble.json"); });
}

}  // namespace

void read_everything(std::string_view text) {
  static const Suite suite = load_suite(default_suite());
  static const Json host = complete_profile(ProfileKind::host, "ideal");
  const fs::path file = folder() / "input.json";
  write(file, text);
  takes([&] {
    std::vector<Problem> unread;
    effective_json(load_scenario(file, {}, &unread));
  });
  takes([&] { load_sweep(file); });
  takes([&] { load_suite(file); });
  takes([&] { load_influences(file, suite); });
  takes([&] { load_floors(file); });
  takes([&] { load_fit(file, suite); });
  takes([&] { load_twin_settings(file); });
  takes([&] { check_host_file(file); });
  takes([&] { check_driver_file(file); });
  takes([&] { check_kernel_file(file); });
  takes([&] { check_steps_file(file); });
  takes([&] { read_steps(file, ProfileKind::host, host); });
  Problems problems;
  const std::optional<Json> json = parse_json(text, "input.json", problems);
  if (json && json->is_object()) read_back(*json);
}

}  // namespace ktlssim
