#include "sim/cli/python.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "sim/experiment/text/shipped.hpp"

namespace ktlssim {

void become_python(const std::string& module, const std::vector<std::string>& arguments) {
  setenv("PYTHONPATH", shipped_directory("notebooks").c_str(), 1);
  setenv("KTLSSIM", program_path().c_str(), 1);  // asked for bounds
  setenv("MPLBACKEND", "Agg", 1);  // pictures go to files
  // Debian's modules belong to Debian's Python; -P: none of them may come from the directory at hand.
  std::vector<std::string> words{"/usr/bin/python3", "-P", "-m", module};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(pointers.front(), pointers.data());
  throw std::runtime_error(fmt::format("cannot start {}, which writes the page: {}", words.front(),
                                       std::strerror(errno)));
}

}  // namespace ktlssim
