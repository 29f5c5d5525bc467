// A file that is written part by part, under a temporary name until it is whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ktlssim {

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
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace ktlssim
