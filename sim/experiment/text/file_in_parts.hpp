// A file that is written part by part, under a temporary name until it is whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ktlssim {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class FileInParts {
 public:
  // Begins `path`, in a directory that is there. Throws std::system_error here and below.
  explicit FileInParts(std::filesystem::path path);
  // Takes away what is not whole.
  ~FileInParts();
  FileInParts(const FileInParts&) = delete;
  FileInParts& operator=(const FileInParts&) = delete;

  void append(std::string_view part);
  // It is whole: it takes its name, in place of what had it.
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

// Lines that are put aside until it is known what stands above them, and taken back once. They are in a file without a
// name, which is gone with its process.
class LinesAside {
 public:
  // On the disk of this directory, which has room for what is made of them. Throws std::system_error, here and below.
  explicit LinesAside(const std::filesystem::path& directory);

  // Without a line break.
  void add(std::string_view line);
  // In their order.
  void take(const std::function<void(std::string_view)>& each);

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_;  // what is wrong is told of
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace ktlssim
