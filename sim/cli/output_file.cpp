#include "sim/cli/output_file.hpp"

#include <string>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

OutputFile::OutputFile(const std::filesystem::path& path)
    : directory_(path.has_parent_path() ? path.parent_path() : "."), name_(path.filename().string()) {
  if (name_.empty() || std::filesystem::is_directory(path))
    throw InputError({{path.string(), "", "", "cannot write there: a directory"}});
}

std::optional<OutputFile> output_file(const Values& values, std::string_view option) {
  const std::optional<std::string> path = values.optional_text(option);
  return path ? std::optional<OutputFile>(*path) : std::nullopt;
}

OutputFile new_file(const std::filesystem::path& path, const Values& values) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !values.given("force"))
    throw InputError({{path.string(), "", "", "is there already: --force writes over it"}});
  return OutputFile(path);
}

}  // namespace ktlssim
