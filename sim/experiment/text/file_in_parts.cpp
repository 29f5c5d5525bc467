#include "sim/experiment/text/file_in_parts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ktlssim {

FileInParts::FileInParts(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.parent_path() / fmt::format(".{}.{}", path_.filename().string(), getpid())),
      file_(std::fopen(temporary_.c_str(), "we")) {
  if (file_ == nullptr) fail();
}

FileInParts::~FileInParts() {
  if (file_ == nullptr) return;
  file_.reset();
  std::error_code none;
  std::filesystem::remove(temporary_, none);
}

void FileInParts::fail() const { throw std::system_error(errno, std::generic_category(), path_.string()); }

void FileInParts::append(std::string_view part) {
  if (std::fwrite(part.data(), 1, part.size(), file_.get()) != part.size()) fail();
}

void FileInParts::commit() {
  if (std::fflush(file_.get()) != 0) fail();
  // Pipes and some file systems cannot, which EINVAL says.
  if (fsync(fileno(file_.get())) != 0 && errno != EINVAL) fail();
  std::filesystem::rename(temporary_, path_);
  file_.reset();
}

}  // namespace ktlssim
