#include "sim/experiment/text/file_in_parts.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace ktlssim {

namespace {

// What processes left that were killed while they wrote this file: ".NAME.PID".
void sweep_up(const std::filesystem::path& path) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const std::string prefix = fmt::format(".{}.", path.filename().string());
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t pid = 0;
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), pid);
    if (error == std::errc() && *stop == '\0' && pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
      std::filesystem::remove(entry.path(), none);
  }
}

}  // namespace

FileInParts::FileInParts(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.parent_path() / fmt::format(".{}.{}", path_.filename().string(), getpid())),
      file_(std::fopen(temporary_.c_str(), "we")) {
  if (file_ == nullptr) fail();
  sweep_up(path_);
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
