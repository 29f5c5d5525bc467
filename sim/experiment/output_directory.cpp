#include "sim/experiment/output_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "sim/experiment/problems.hpp"

namespace ktlssim {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw InputError({{path.string(), "", "", fmt::format("cannot write results there: {}", reason)}});
}

}  // namespace

OutputDirectory::OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) refuse(path_, error.message());
  if (!std::filesystem::is_directory(path_, error)) refuse(path_, "not a directory");
  try {
    write(".probe", "");
    std::filesystem::remove(path_ / ".probe");
  } catch (const std::system_error& failure) {
    refuse(path_, failure.code().message());
  }
}

void OutputDirectory::write(std::string_view name, std::string_view contents) const {
  const std::filesystem::path target = path_ / name;
  const std::filesystem::path temporary = path_ / fmt::format(".{}.{}", name, getpid());
  errno = 0;
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << contents;
  file.close();
  if (!file) {
    const int reason = errno != 0 ? errno : EIO;
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw std::system_error(reason, std::generic_category(), target.string());
  }
  std::filesystem::rename(temporary, target);
}

}  // namespace ktlssim
