// Where a value was given, for the words about it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace ktlssim {

// What a value was given in: a profile's file, a scenario's file, or what overwrites parts of a scenario:
// `--set`, or the file of a sweep.
class Origins {
 public:
  enum class Kind { profile, scenario };

  Origins(std::string file, Kind kind) : file_(std::move(file)), kind_(kind) {}
  void mark_set(std::string pointer, std::string by = "--set") { set_[std::move(pointer)] = std::move(by); }

  // The file to name in a problem with the value at `pointer`: what set it or what contains it, if anything
  // did.
  std::string file(const std::string& pointer) const;
  // To which a path given there is relative: that of the file; for `--set` the current one.
  std::filesystem::path directory(const std::string& pointer) const;
  // The source of a value that the user gave as a plain number: the same without its directory.
  std::string source(const std::string& pointer) const;
  // In a scenario a profile's value may be a plain number, in a profile it must name its source.
  bool allows_plain_numbers() const { return kind_ == Kind::scenario; }

 private:
  const std::string& set_by(std::string pointer) const;

  std::string file_;
  Kind kind_;
  std::map<std::string, std::string> set_;  // pointer: by what
};

}  // namespace ktlssim
