#include "sim/experiment/text/output_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw InputError({{path.string(), "", "", fmt::format("cannot write results there: {}", reason)}});
}

// A name is on the disk when its directory is. Where that cannot be had, nothing is lost but certainty.
void sync_directory(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

std::string mark_of_temporaries() {
  char host[64] = "";
  gethostname(host, sizeof host - 1);
  return fmt::format(".ktlssim.{}.", host);
}

// Takes away the temporaries there of processes of this machine that were killed. What cannot be read is left.
void sweep_up(const std::filesystem::path& directory) {
  const std::string mark = mark_of_temporaries();
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end; file.increment(error)) {
    const std::string name = file->path().filename().string();
    const std::size_t at = name.rfind(mark);
    if (at == std::string::npos || name.front() != '.') continue;
    pid_t pid = 0;
    const auto [stop, no_number] = std::from_chars(name.data() + at + mark.size(), name.data() + name.size(), pid);
    if (no_number == std::errc() && *stop == '\0' && pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) unlink(file->path().c_str());
  }
}

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

void refuse_results_of_others(const std::filesystem::path& path, std::string_view own) {
  constexpr std::array<std::string_view, 5> kMarks{"runs.json", "comparison.json", "points", "find-1", "index.html"};
  const auto refuse_for = [&](std::string_view mark) {
    throw InputError({{path.string(), "", "", fmt::format("results of another verb are there ({}): name another directory", mark)}});
  };
  for (const std::string_view mark : kMarks)
    if (mark != own && is_there(path / mark)) refuse_for(mark);
  const bool has_manifest = own == "points" || (own == "runs.json" && is_there(path / own));
  if (!has_manifest && is_there(path / "manifest.json")) refuse_for("manifest.json");
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  return path.parent_path() / fmt::format(".{}{}{}", path.filename().string(), mark_of_temporaries(), getpid());
}

void put_in_place(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (!error) return;
  unlink(temporary.c_str());
  throw std::system_error(error, path.string());
}

OutputDirectory::OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) refuse(path_, error.message());
  if (!std::filesystem::is_directory(path_, error)) refuse(path_, "not a directory");
  try_out();
  sweep_up(path_);
}

void OutputDirectory::try_out(std::string_view name) const {
  try {
    unlink(write_temporary(name, "", Wait::for_nothing).c_str());
  } catch (const std::system_error& failure) {
    refuse(name.empty() ? path_ : path_ / name, failure.code().message());
  }
}

std::filesystem::path OutputDirectory::write_temporary(std::string_view name, std::string_view contents,
                                                       Wait wait) const {
  const std::filesystem::path temporary = temporary_beside(path_ / name);
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), (path_ / name).string());
  int failed = 0;
  while (!contents.empty() && failed == 0) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written >= 0)
      contents.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      failed = errno;
  }
  // Pipes and some file systems cannot, which EINVAL says.
  if (failed == 0 && wait == Wait::for_disk && fsync(fd) != 0 && errno != EINVAL) failed = errno;
  if (close(fd) != 0 && failed == 0) failed = errno;
  if (failed == 0) return temporary;
  unlink(temporary.c_str());
  throw std::system_error(failed, std::generic_category(), (path_ / name).string());
}

void OutputDirectory::write(std::string_view name, std::string_view contents) const {
  put_in_place(write_temporary(name, contents, Wait::for_disk), path_ / name);
  sync_directory(path_);
}

void OutputDirectory::write_soon(std::string_view name, std::string_view contents) const {
  put_in_place(write_temporary(name, contents, Wait::for_nothing), path_ / name);
}

void OutputDirectory::sync() const {
  const int fd = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int failed = fd < 0 || syncfs(fd) != 0 ? errno : 0;
  if (fd >= 0) close(fd);
  if (failed != 0) throw std::system_error(failed, std::generic_category(), path_.string());
}

bool OutputDirectory::create(std::string_view name, std::string_view contents) const {
  const std::filesystem::path temporary = write_temporary(name, contents, Wait::for_disk);
  const std::filesystem::path target = path_ / name;
  const bool linked = link(temporary.c_str(), target.c_str()) == 0;
  const int reason = errno;
  unlink(temporary.c_str());
  if (!linked && reason != EEXIST) throw std::system_error(reason, std::generic_category(), target.string());
  sync_directory(path_);
  return linked;
}

void OutputDirectory::discard(std::string_view name) const {
  std::error_code none;
  std::filesystem::remove_all(path_ / name, none);
}

}  // namespace ktlssim
