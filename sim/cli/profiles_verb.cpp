#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/cli/common_options.hpp"
#include "sim/cli/file_kinds.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/profile_text.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/derive/derived_profile.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

namespace fs = std::filesystem;

constexpr HelpText kProfilesHelp{
    "ktlssim profiles [NAME] [options]",
    "Without NAME, lists the kernel, host and driver profiles, in the directories where they are searched: those below "
    "each directory of KTLSSIM_DATA (parted by colons), then those that come with the simulator. With NAME, which may be "
    "a path, prints every value of a profile with its unit, how far it can be trusted (measured, published, derived, "
    "fitted, estimated, composed) and its source.\n"
    "With --from, writes a profile that changes another by steps which you measured: a CSV of step,mean,unit, the steps "
    "called as in this list.",
    "  ktlssim profiles\n"
    "  ktlssim profiles ccr-t6\n"
    "  ktlssim profiles --from xeon-e5-1620v3 --steps steps.csv --name my-server\n"};

std::string text_of(ProfileKind kind, const std::string& reference) {
  if (kind == ProfileKind::host) return profile_text(load_host_profile(reference));
  if (kind == ProfileKind::driver) return profile_text(load_driver_profile(reference));
  return profile_text(load_kernel_profile(reference));
}

// The kinds of which there is such a profile. UsageError if there is none.
std::vector<ProfileKind> kinds_of(const std::string& reference) {
  std::vector<ProfileKind> found;
  std::vector<std::string> known;
  for (const ProfileKind kind : kProfileKinds) {
    const bool there = find_profile(kind, reference).has_value();
    // Every kind would find a path: its keys decide.
    if (there && (!is_profile_path(reference) || kind_of_file(reference).name == name(kind))) found.push_back(kind);
    const std::vector<std::string> names = profile_names(kind);
    known.insert(known.end(), names.begin(), names.end());
  }
  if (found.empty())
    throw UsageError(is_profile_path(reference)
                         ? fmt::format("{}: no file of a profile", reference)
                         : fmt::format("no profile \"{}\" (there are: {}){}", reference, fmt::join(known, ", "),
                                       did_you_mean(reference, known)));
  return found;
}

int show(const std::string& reference, bool json) {
  Json all = Json::object();
  std::string text;
  for (const ProfileKind kind : kinds_of(reference)) {
    if (json)
      all.emplace(std::string(name(kind)), complete_profile(kind, reference));
    else
      text += text_of(kind, reference);
  }
  if (json)
    print_json("profiles", all);
  else
    print_table(text);
  return kExitDone;
}

// What stands in one directory.
struct Listed {
  fs::path directory;
  struct Profile {
    std::string name;
    std::string description;
    bool hidden;  // by one of its name in a directory before
  };
  std::vector<Profile> profiles;
};

// Files that are not sound are complained of, and do not keep others from being listed.
std::vector<Listed> list(ProfileKind kind, bool& sound) {
  std::vector<Listed> all;
  std::set<std::string> seen;
  for (const fs::path& directory : profile_directories(kind)) {
    Listed& listed = all.emplace_back(Listed{directory, {}});
    for (const std::string& known : profile_names(kind)) {
      const fs::path path = directory / (known + ".json");
      std::error_code error;
      if (!fs::exists(path, error)) continue;
      try {
        const Json profile = complete_profile(kind, path.string());
        listed.profiles.push_back({known, profile.at("description").get<std::string>(), seen.contains(known)});
      } catch (const InputError& problems) {
        for (const Problem& problem : problems.problems()) complain(problem.line());
        sound = false;
      }
      seen.insert(known);
    }
  }
  return all;
}

std::string list_text(ProfileKind kind, const std::vector<Listed>& all) {
  std::string text;
  for (const Listed& listed : all) {
    std::error_code error;
    const bool there = fs::is_directory(listed.directory, error);
    if (!there && &listed != &all.back() && listed.profiles.empty()) continue;  // KTLSSIM_DATA need not have all kinds
    text += fmt::format("{}s ({}):\n", name(kind), listed.directory.string());
    for (const Listed::Profile& profile : listed.profiles)
      text += wrap(plain(fmt::format("{}{}: {}", profile.name, profile.hidden ? " (hidden by the one above)" : "",
                                     profile.description)),
                   columns(), 2);
  }
  return text;
}

Json list_json(const std::vector<Listed>& all) {
  Json json = Json::array();
  for (const Listed& listed : all)
    for (const Listed::Profile& profile : listed.profiles)
      json.push_back({{"name", profile.name},
                      {"file", (listed.directory / (profile.name + ".json")).string()},
                      {"description", profile.description},
                      {"hidden", profile.hidden}});
  return json;
}

int list_all(bool json) {
  bool sound = true;
  Json all = Json::object();
  std::string text;
  for (const ProfileKind kind : kProfileKinds) {
    const std::vector<Listed> listed = list(kind, sound);
    all.emplace(fmt::format("{}s", name(kind)), list_json(listed));
    text += list_text(kind, listed);
  }
  if (json)
    print_json("profiles", all);
  else
    print_table(text);
  return sound ? kExitDone : kExitWrongInput;
}

// NAME.json here, or in the directory or under the path that --out says; a profile is called as its file.
fs::path derived_file(const Values& values) {
  const std::string file = values.text("name") + ".json";
  if (fs::path(file).filename() != file) throw UsageError("--name: expected a name without a slash");
  const fs::path out = values.optional_text("out").value_or(".");
  std::error_code error;
  if (fs::is_directory(out, error) || !out.has_filename()) return (out / file).lexically_normal();
  if (out.filename() != file)
    throw UsageError(fmt::format("--out: a profile is called as its file: {} or a directory is expected", file));
  return out;
}

int derive(const Values& values) {
  for (const char* const needed : {"from", "steps", "name"})
    if (!values.given(needed)) throw UsageError(fmt::format("--from, --steps and --name go together: --{} is missing", needed));
  if (!values.operands().empty()) throw UsageError("NAME is to be printed, --from is to be changed: give one of them");
  const std::string from = values.text("from");
  const std::vector<ProfileKind> kinds = kinds_of(from);
  if (kinds.size() > 1) throw UsageError(fmt::format("--from: several profiles are called {}: give the path of one", from));
  const fs::path file = derived_file(values);
  const OutputFile written = new_file(file, values);
  const Json profile = with_measured_steps(kinds.front(), from, values.text("steps"), file.parent_path());
  written.write(json_text(profile));
  complain(fmt::format("wrote {}: \"{}\": \"{}\" in a scenario beside it", file.string(), name(kinds.front()),
                       (fs::path(".") / file.filename()).string()));
  return kExitDone;
}

}  // namespace

Options profiles_options() {
  Options options(kProfilesHelp, {"NAME", 0, 1});
  options.add("from", "NAME", Text{}, "the profile to change; may be a path");
  options.add("steps", "FILE", Text{}, "CSV of measured costs: step,mean,unit, with ns, us or ns/byte");
  options.add("name", "NAME", Text{}, "what to call the new profile");
  options.add("out", "FILE", Text{}, "where to write it, a file or a directory; here unless given");
  options.flag("force", "write over a file that is there");
  add_format(options);
  return options;
}

int profiles_verb(const Values& values) {
  for (const char* const deriving : {"from", "steps", "name", "out"})
    if (values.given(deriving)) return derive(values);
  const Texts& names = values.operands();
  return names.empty() ? list_all(as_json(values)) : show(names.front(), as_json(values));
}

}  // namespace ktlssim
