// A directory for results: found unusable before anything is simulated, and never holding half a file.
#pragma once

#include <filesystem>
#include <string_view>

namespace ktlssim {

// A directory belongs to one verb, which is known by a file or folder there: "runs.json" of run, "comparison.json" of
// compare, "points" of sweep, "find-1" of hunt, "index.html" of watch. Throws InputError where there is one that is not `own`,
// or the manifest of a run or sweep that is not.
void refuse_results_of_others(const std::filesystem::path& path, std::string_view own);

// Where a file is written before it takes its name: beside it, of this process alone; a directory may be shared by machines.
std::filesystem::path temporary_beside(const std::filesystem::path& path);
// Renames it, or takes it away: throws std::system_error with the place where it cannot go, as where a directory is.
void put_in_place(const std::filesystem::path& temporary, const std::filesystem::path& path);

class OutputDirectory {
 public:
  // Creates the directory where needed, tries to write in it, and takes away what processes of this machine left that were killed while
  // they wrote there. Throws InputError if it cannot be written in.
  explicit OutputDirectory(std::filesystem::path path);

  // Writes under a temporary name (".NAME.ktlssim.HOST.PID", temporary_beside), to the disk, then renames: a file of this name is old
  // or complete, whatever happens. Throws std::system_error.
  void write(std::string_view name, std::string_view contents) const;

  // The same for one of many files, which is on the disk after sync(): should the machine stop before, a file
  // of this name may be empty.
  void write_soon(std::string_view name, std::string_view contents) const;
  void sync() const;

  // As write(), unless there is a file of this name: then it stays. Whether it was written.
  bool create(std::string_view name, std::string_view contents) const;

  // Takes away what an earlier run left under this name, a file or a directory.
  void discard(std::string_view name) const;

  // Throws InputError where a file of this name, or any, could not be written.
  void try_out(std::string_view name = {}) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  enum class Wait { for_disk, for_nothing };

  std::filesystem::path write_temporary(std::string_view name, std::string_view contents, Wait wait) const;

  std::filesystem::path path_;
};

}  // namespace ktlssim
