#include "sim/experiment/parameters/origins.hpp"

namespace ktlssim {

// What wrote the value at `pointer`, or the nearest value around it; else the file itself.
const std::string& Origins::set_by(std::string pointer) const {
  while (true) {
    const auto found = set_.find(pointer);
    if (found != set_.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string::npos) return file_;
    pointer.resize(slash);
  }
}

std::string Origins::file(const std::string& pointer) const { return set_by(pointer); }

std::filesystem::path Origins::directory(const std::string& pointer) const {
  return std::filesystem::path(set_by(pointer)).parent_path();
}

std::string Origins::source(const std::string& pointer) const {
  return std::filesystem::path(set_by(pointer)).filename().string();
}

}  // namespace ktlssim
