// The readers' fuzzer without libFuzzer: every seed as it is, and COUNT times one of them with a few bytes changed.
// Usage: ktlssim_fuzz_replay [COUNT [FIRST SEED]]. What breaks a reader ends the process, with the input in
// fuzz-input.json.
#include <fmt/format.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/experiment/text/build_info.hpp"
#include "tests/fuzz/readers.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<std::string> seeds() {
  std::vector<fs::path> files;
  const fs::path root(ktlssim::build_info().source_dir);
  for (const char* const folder : {"tests/fuzz/seeds", "scenarios", "scenarios/sweeps", "scenarios/twin", "models/profiles/drivers"})
    for (const auto& entry : fs::directory_iterator(root / folder))
      if (entry.is_regular_file() && entry.path().extension() != ".md") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string mutated(const std::vector<std::string>& all) {
    std::string text = all[below(all.size())];
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) change(text, all);
    return text;
  }

 private:
  std::size_t below(std::size_t end) {
    return boost::random::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  void change(std::string& text, const std::vector<std::string>& all) {
    static const std::vector<std::string> words{"0", "-1", "1e308", "1e-400", "null", "[]", "{}", "\"\"", "true",
                                                "18446744073709551615", "9007199254740993", "\"a\"", "[[]]"};
    const std::size_t at = below(text.size());
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        return;
      case 1:
        text.erase(at, 1 + below(20));
        return;
      case 2:
        text.insert(at, text.substr(below(text.size()), 1 + below(40)));
        return;
      case 3:
        text.resize(at);
        return;
      case 4: {  // another value
        const std::size_t colon = text.find(':', at);
        if (colon == std::string::npos) return;
        text.replace(colon + 1, text.find_first_of(",}\n", colon + 1) - colon - 1, words[below(words.size())]);
        return;
      }
      default: {  // crossed with another file
        const std::string& other = all[below(all.size())];
        if (!other.empty()) text = text.substr(0, at) + other.substr(below(other.size()));
      }
    }
  }

  boost::random::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> all = seeds();
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300;
  Mutator mutator(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const auto read = [](const std::string& text) {
    try {
      ktlssim::read_everything(text);
    } catch (const std::exception& error) {
      std::ofstream("fuzz-input.json", std::ios::binary) << text;
      fmt::print("{}: the input is in fuzz-input.json\n", error.what());
      std::exit(1);
    }
  };
  for (const std::string& text : all) read(text);
  for (std::uint64_t i = 0; i < count; ++i) read(mutator.mutated(all));
  fmt::print("{} seeds and {} inputs made of them were taken or refused\n", all.size(), count);
}
