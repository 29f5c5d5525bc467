#define BOOST_DLL_USE_STD_FS

#include "sim/experiment/text/shipped.hpp"

#include <boost/dll/runtime_symbol_info.hpp>
#include <system_error>

#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {

namespace fs = std::filesystem;

namespace {

// Empty where there are none.
fs::path find_installed_data() {
  const fs::path program = program_path();
  if (program.empty()) return {};
  std::error_code error;
  const fs::path data = (program.parent_path() / build_info().data_from_bin).lexically_normal();
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

fs::path program_path() {
  std::error_code error;
  return boost::dll::program_location(error);
}

fs::path shipped_directory(std::string_view what) {
  if (!installed_data().empty()) return installed_data() / what;
  std::error_code error;
  const fs::path source = in_source_tree(what);
  return fs::is_directory(source, error) ? source : fs::path(build_info().data_dir) / what;
}

}  // namespace ktlssim
