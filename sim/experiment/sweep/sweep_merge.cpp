#include "sim/experiment/sweep/sweep_merge.hpp"

#include <fmt/format.h>

namespace ktlssim {

namespace {

bool done(const Json& run) { return run.value("status", "") == "done"; }

}  // namespace

MergedSweeps merge_sweeps(const std::filesystem::path& target,
                         const std::vector<std::filesystem::path>& others, const std::string& command_line,
                         const SweepStage& stage) {
  const bool is_new = !others.empty() && !std::filesystem::exists(target / "manifest.json");
  Problems problems;
  std::vector<SweepDirectory> parts;
  for (const std::filesystem::path& path : others) {
    parts.emplace_back(path);
    compare_manifests(parts.front().manifest(), path, parts.back().manifest(), problems);
  }
  problems.throw_if_any();
  SweepDirectory into =
      is_new ? SweepDirectory(target, parts.front().plan(), parts.front().manifest(), false) : SweepDirectory(target);
  if (!parts.empty())
    compare_manifests(into.manifest(), parts.front().path(), parts.front().manifest(), problems);
  problems.throw_if_any();

  const Sweep& sweep = into.plan();
  const std::size_t replications = sweep.replications();
  const std::size_t total = sweep.points.size() * replications;
  std::vector<const SweepDirectory*> taken(total);  // by number; null where `into` has its own
  for (std::size_t number = 0; number < total; ++number) {
    if (stage) stage("runs compared", number + 1, total);
    std::optional<Json> best = into.read_run(number);
    for (const SweepDirectory& part : parts) {
      if (!part.run(number)) continue;  // which checks that it is one
      const std::optional<Json> run = part.read_run(number);
      if (best && done(*best) && done(*run) &&
          best->value("metrics", Json()) != run->value("metrics", Json()))
        problems.add(part.path().string(), "", "",
                     fmt::format("its replication {} of point {} differs from that of another directory",
                                 number % replications, number / replications));
      if (best && (done(*best) || !done(*run))) continue;
      best = run;
      taken[number] = &part;
    }
  }
  problems.throw_if_any();
  for (std::size_t number = 0; number < total; ++number)
    if (taken[number] != nullptr)
      if (std::optional<Json> run = taken[number]->read_run(number)) into.write_run(number, std::move(*run));
  for (const SweepDirectory& part : parts)
    for (const char* const folder : {"points", "known"})
      if (std::filesystem::exists(part.path() / folder))
        std::filesystem::copy(
            part.path() / folder, into.path() / folder,
            std::filesystem::copy_options::skip_existing | std::filesystem::copy_options::recursive);
  MergedSweeps merged{into.write_tables(false, command_line, stage), into.damaged()};
  for (const SweepDirectory& part : parts) merged.damaged.insert(part.damaged().begin(), part.damaged().end());
  return merged;
}

}  // namespace ktlssim
