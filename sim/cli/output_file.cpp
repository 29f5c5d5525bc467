#include "sim/cli/output_file.hpp"

#include <string>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

// A file takes the place of what was there when it is whole, so that must be a file, too; of a link what it leads to.
std::filesystem::path checked(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (path.filename().empty() || std::filesystem::is_directory(status))
    throw InputError({{path.string(), "", "", "cannot write there: a directory, or no name"}});
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw InputError({{path.string(), "", "", "cannot write there: not a regular file"}});
  const bool link = std::filesystem::is_symlink(std::filesystem::symlink_status(path, error));
  return link ? std::filesystem::weakly_canonical(path) : path;
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path) : path_(checked(path)), directory_(parent_of(path_)) {
  directory_.try_out(path_.filename().string());
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
