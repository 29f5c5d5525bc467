#include "sim/experiment/text/shipped.hpp"

#include <system_error>

#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {

namespace fs = std::filesystem;

namespace {

// Empty where the system does not tell.
fs::path find_installed_data() {
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path data = (binary.parent_path() / build_info().data_from_bin).lexically_normal();
  return fs::is_directory(data / "profiles", error) ? data : fs::path();
}

const fs::path& installed_data() {
  static const fs::path found = find_installed_data();
  return found;
}

fs::path in_source_tree(std::string_view what) {
  const fs::path source = build_info().source_dir;
  return what == "profiles" ? source / "models" / what : source / what;
}

}  // namespace

fs::path shipped_directory(std::string_view what) {
  if (!installed_data().empty()) return installed_data() / what;
  std::error_code error;
  const fs::path source = in_source_tree(what);
  return fs::is_directory(source, error) ? source : fs::path(build_info().data_dir) / what;
}

}  // namespace ktlssim
