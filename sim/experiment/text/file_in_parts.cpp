#include "sim/experiment/text/file_in_parts.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

// What getline(3) allocates.
struct Line {
  ~Line() { std::free(text); }

  char* text = nullptr;
  std::size_t bytes = 0;
};

}  // namespace

FileInParts::FileInParts(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(temporary_beside(path_)),
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
  put_in_place(temporary_, path_);
  file_.reset();
}

LinesAside::LinesAside(const std::filesystem::path& directory)
    : path_(temporary_beside(directory / "lines")), file_(std::fopen(path_.c_str(), "w+e")) {
  if (file_ == nullptr) fail();
  std::filesystem::remove(path_);
}

void LinesAside::fail() const { throw std::system_error(errno, std::generic_category(), path_.string()); }

void LinesAside::add(std::string_view line) {
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fputc('\n', file_.get()) == EOF) fail();
}

void LinesAside::take(const std::function<void(std::string_view)>& each) {
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0) fail();
  Line line;
  for (ssize_t got = 0; (got = getline(&line.text, &line.bytes, file_.get())) > 0;)
    each({line.text, static_cast<std::size_t>(got) - 1});
  if (std::ferror(file_.get()) != 0) fail();
}

}  // namespace ktlssim
