#include "sim/experiment/sweep/sweep_grow.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "models/counted.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/sweep/sweep_directory.hpp"
#include "sim/experiment/text/sealed_json.hpp"
#include "sim/experiment/text/sums.hpp"

namespace ktlssim {

namespace {

namespace fs = std::filesystem;

// The number in the sweep of each point of the directory.
std::vector<std::size_t> new_numbers(const SweepDirectory& directory, const Sweep& old, const Sweep& sweep,
                                     const SweepStage& stage) {
  std::map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    numbers.emplace(sha256(effective_json(sweep.scenario(i)).dump()), i);
    if (stage) stage("points compared", i + 1, sweep.points.size());
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < old.points.size(); ++i) {
    const auto at = numbers.find(sha256(directory.read_point(i).dump()));
    if (at == numbers.end()) {
      std::string values;
      for (const Assignment& a : old.settings_of(i))
        values += fmt::format("{}{}={}", values.empty() ? "" : ", ", a.pointer, plain_value(a.value));
      throw InputError({{(directory.path() / "manifest.json").string(), "/sweep_id", "",
                         fmt::format("results of another sweep, which has a point that this one has not: {}", values)}});
    }
    found.push_back(at->second);
  }
  return found;
}

// Files whose names begin with the number of a point, under the names of their new numbers.
void renumber(const fs::path& folder, const std::vector<std::size_t>& numbers) {
  const fs::path renumbered = folder.string() + ".renumbered";
  fs::remove_all(renumbered);
  fs::create_directory(renumbered);
  constexpr std::size_t kDigits = 5;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::string digits = name.substr(0, kDigits);
    if (digits.find_first_not_of("0123456789") != std::string::npos || std::stoul(digits) >= numbers.size()) continue;
    fs::rename(entry.path(), renumbered / fmt::format("{:05}{}", numbers[std::stoul(digits)], name.substr(kDigits)));
  }
  fs::remove_all(folder);
  fs::rename(renumbered, folder);
}

}  // namespace

void grow_sweep(const fs::path& path, const Sweep& sweep, const Json& manifest, const SweepStage& stage) {
  std::string why;
  const std::optional<Json> theirs = fs::exists(path / "manifest.json") ? read_sealed(path / "manifest.json", why, kMaxManifestBytes) : std::nullopt;
  if (!theirs || theirs->value("sweep_id", Json()) == manifest.at("sweep_id")) return;
  for (const char* const key : {"schema_version", "version", "git"})
    if (theirs->value(key, Json()) != manifest.at(key)) return;
  const SweepDirectory directory(path);
  const Sweep& old = directory.plan();
  if (old.replications() > sweep.replications())
    throw InputError({{(path / "manifest.json").string(), "/sweep_id", "",
                       fmt::format("results of another sweep, which has {}; this one has {}",
                                   counted(old.replications(), "replication"), sweep.replications())}});
  const std::vector<std::size_t> numbers = new_numbers(directory, old, sweep, stage);
  const OutputDirectory out(path);
  bool same = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) same = same && numbers[i] == i;
  if (!same) {
    // Until the numbers are right again, the directory is no sweep's.
    Json none = *theirs;
    none["sweep_id"] = "an interruption came while points were given other numbers: start anew in another directory";
    out.write("manifest.json", json_text(sealed(none)));
    for (const char* const folder : {"runs", "points", "known"})
      if (fs::exists(path / folder)) renumber(path / folder, numbers);
  }
  out.write("manifest.json", json_text(sealed(manifest)));
}

}  // namespace ktlssim
