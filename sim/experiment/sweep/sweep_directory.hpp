// The directory of a sweep (results/README.md): what was asked in manifest.json, a file a replication, tables
// made from these files. Processes of several machines may write into one directory at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/experiment/sweep/sweep_tables.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/text/sums.hpp"

namespace ktlssim {

// Counted in replications.
struct SweepCounts {
  std::size_t total = 0;
  std::size_t done = 0;
  std::size_t failed = 0;  // stalled and panicked ones included
  std::size_t missing() const { return total - done - failed; }
  SweepCounts& operator+=(const SweepCounts& other);
};

// A manifest holds a row a point.
inline constexpr std::uintmax_t kMaxManifestBytes = 1u << 30;

// What a manifest says before anything has run: the sweep, its points, and what simulates them.
Json manifest_of(const Sweep& sweep, const std::string& command_line);

// Name of a point's file below points/ and known/.
std::string point_file(std::size_t point);

class SweepDirectory {
 public:
  // Claims an empty directory for a sweep, whose manifest_of() it is given, or joins one of the same sweep and build. Throws
  // InputError if it holds results and `join` is false, or those of another sweep or build. Precondition: `sweep` outlives this.
  SweepDirectory(const std::filesystem::path& path, const Sweep& sweep, Json manifest, bool join);
  // One that is there. Throws InputError if it is not a sweep's.
  explicit SweepDirectory(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return top_.path(); }
  // Put together anew each time: it is large, and not held while runs are made.
  Json manifest() const;
  // The sweep, at least as far as its tables need it: parameters, values and seeds of the points, replications.
  const Sweep& plan() const { return *plan_; }

  // Returns the checksum of its file, which its runs carry: the file is a scenario, and has no room for one.
  Sha256Sum write_point(std::size_t point, const Scenario& scenario) const;
  // Throws InputError if the file cannot be read, or is not the one that its runs were made of.
  Json read_point(std::size_t point) const;
  // On the disk after sync(), as a point.
  void write_run(std::size_t number, const Scenario& scenario, const RunResult& result, const Sha256Sum& point_sum) const;
  void write_run(std::size_t number, Json run) const;
  // What is not known of a point, as SweepTables::add() takes it.
  void write_known(std::size_t point, Json known);
  // Nothing where there is none, or a damaged one.
  std::optional<Json> known(std::size_t point) const;
  void sync() const { top_.sync(); }
  // The file of replication `number` (point * replications + replication); null where there is none, or a damaged
  // one, which damaged() then names.
  std::optional<Json> read_run(std::size_t number) const;
  std::optional<SweepRun> run(std::size_t number) const;
  // All of a point.
  RunsOfPoint runs(std::size_t point) const;
  // What is wrong with the files read so far that count as missing.
  const std::set<std::string>& damaged() const { return damaged_; }

  // The tables and the manifest's counts, from the files.
  SweepCounts write_tables(bool interrupted, const std::string& command_line, const SweepStage& stage = {});

 private:
  struct Place {
    std::size_t point;
    std::size_t replication;
  };
  SweepDirectory(const std::filesystem::path& path, Json manifest);
  Place place(std::size_t number) const;
  bool any_known(std::size_t points) const;
  std::string run_name(std::size_t number) const;

  // Whether what was read of a point is of it: a file of another may have been put in its place.
  bool is_of_point(const Json& json, std::size_t point) const;

  std::unique_ptr<const Sweep> own_plan_;  // read from the manifest of a directory that was there
  OutputDirectory top_;
  OutputDirectory points_;
  OutputDirectory runs_;
  std::optional<OutputDirectory> known_;  // only where it was asked for
  const Sweep* plan_;
  Json manifest_;  // without the members that have a row a point
  mutable std::set<std::string> damaged_;
};

// How many replications of a point there are to be, as far as those that there are can tell.
std::size_t planned(const MeasureParameters& measure, const RunsOfPoint& runs);
// Of those that are planned.
SweepCounts count(const MeasureParameters& measure, const RunsOfPoint& runs);

// Why results under `theirs` cannot stand beside those under `ours`; one problem a member that differs.
void compare_manifests(const Json& ours, const std::filesystem::path& path, const Json& theirs,
                       Problems& problems);

}  // namespace ktlssim
