#include "sim/experiment/profiles/profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "sim/experiment/profiles/profile_checks.hpp"

namespace ktlssim {

namespace {

template <class Profile>
constexpr ProfileKind kKindOf = std::is_same_v<Profile, HostProfile>     ? ProfileKind::host
                                : std::is_same_v<Profile, DriverProfile> ? ProfileKind::driver
                                                                         : ProfileKind::kernel;

bool is_number_object(const Json& value) { return value.is_object() && value.contains("value"); }

// A value is replaced as a whole: a new number does not inherit the source of the old one.
void merge(Json& base, const Json& changes) {
  for (const auto& item : changes.items()) {
    const auto found = base.find(item.key());
    if (found == base.end())
      base.emplace(item.key(), Json(item.value()));
    else if (found->is_object() && item.value().is_object() && !is_number_object(*found))
      merge(*found, item.value());
    else
      *found = item.value();
  }
}

// A step that states no cost is composed; what a group left out is missing is its first step.
void complete_profile(HostProfile& profile, const std::string& pointer, const Origins& origins, Problems& problems) {
  add_uncomposed(compose(profile, profile.core.miss_share.value()), pointer, origins, problems);
}
void complete_profile(DriverProfile&, const std::string&, const Origins&, Problems&) {}
void complete_profile(KernelProfile&, const std::string&, const Origins&, Problems&) {}

// Reads a complete profile, standing at `pointer`.
template <class Profile>
void read_complete(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                   std::vector<std::string> other_keys, Profile& profile) {
  const std::size_t before = problems.size();
  ParameterReader reader(value, pointer, origins, problems, std::move(other_keys));
  describe(reader, profile);
  reader.finish();
  if (problems.size() == before) complete_profile(profile, pointer, origins, problems);
  if (problems.size() == before) check_profile(profile, pointer, origins, problems);
}

// What steps do is the same on all hosts that do not say otherwise.
template <class Profile>
void add_steps(Json& json, Problems& problems) {
  if constexpr (std::is_same_v<Profile, HostProfile>) {
    if (!json.is_object() || !json.contains("core")) return;
    const auto path = find_profile(ProfileKind::steps, "freebsd");
    if (!path) return problems.add("", "", "", no_such_profile(ProfileKind::steps, "freebsd", {}));
    std::optional<Json> steps = read_json_file(*path, problems);
    if (!steps || !steps->is_object()) return;
    for (const char* of_the_file : {"description", "$schema"}) steps->erase(of_the_file);
    if (const auto given = json.find("steps"); given != json.end()) {
      if (!given->is_object()) return;
      merge(*steps, *given);
    }
    json["steps"] = std::move(*steps);
  }
}

// A profile's file as it was when it was read, and what it changes. All points of a sweep that name it share its sources.
template <class Profile>
struct ProfileFile {
  std::vector<std::pair<std::filesystem::path, std::filesystem::file_time_type>> read_from;
  Json json;  // complete
  Profile profile;

  bool current() const {
    std::error_code error;
    return std::ranges::all_of(read_from, [&](const auto& file) {
      return std::filesystem::last_write_time(file.first, error) == file.second && !error;
    });
  }
};

// `chain`: the files that led here, each changing the next.
using Chain = std::vector<std::filesystem::path>;

template <class Profile>
const ProfileFile<Profile>* read_profile_file(const std::filesystem::path& path, Problems& problems, Chain chain = {});

// What the file at the end of `chain` changes, as its key "profile" names it; null, and a problem, if it is not sound.
template <class Profile>
const ProfileFile<Profile>* read_base(const Json& changes, const Chain& chain, Problems& problems) {
  constexpr ProfileKind kind = kKindOf<Profile>;
  const std::filesystem::path& file = chain.back();
  const Json& reference = changes.at("profile");
  const auto wrong = [&](std::string message) {
    problems.add(file.string(), "/profile", short_text(reference), std::move(message));
    return nullptr;
  };
  if (!reference.is_string()) return wrong("expected a string: a profile's name or path");
  const std::string text = reference.get<std::string>();
  const auto base = find_profile(kind, text, file.parent_path(), chain);
  if (!base) return wrong(no_such_profile(kind, text, file.parent_path()));
  std::error_code error;
  for (const std::filesystem::path& before : chain)
    if (std::filesystem::equivalent(*base, before, error)) return wrong("a profile cannot be based on itself");
  return read_profile_file<Profile>(*base, problems, chain);
}

// A profile's file, read anew where it or what it is based on has changed; null if it is not sound.
template <class Profile>
const ProfileFile<Profile>* read_profile_file(const std::filesystem::path& path, Problems& problems, Chain chain) {
  static std::map<std::filesystem::path, ProfileFile<Profile>> files;
  const auto known = files.find(path);
  if (known != files.end() && known->second.current()) return &known->second;
  const std::size_t before = problems.size();
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  std::optional<Json> json = read_json_file(path, problems);
  if (!json) return nullptr;
  chain.push_back(path);
  ProfileFile<Profile> file{{{path, written}}, std::move(*json), {}};
  if (file.json.is_object()) {
    file.json.erase("$schema");
    if (file.json.contains("profile")) {
      const ProfileFile<Profile>* const base = read_base<Profile>(file.json, chain, problems);
      if (base == nullptr) return nullptr;
      file.read_from.insert(file.read_from.end(), base->read_from.begin(), base->read_from.end());
      file.json.erase("profile");
      Json complete = base->json;
      merge(complete, file.json);
      file.json = std::move(complete);
    }
  }
  add_steps<Profile>(file.json, problems);
  read_complete(file.json, "", Origins(path.string(), Origins::Kind::profile), problems, {}, file.profile);
  file.profile.name = path.stem().string();
  if (problems.size() > before) return nullptr;
  return &files.insert_or_assign(path, std::move(file)).first->second;
}

// The text of an optional key; nothing, and a problem, if it is not a text.
std::optional<std::string> read_key(const Json& object, const std::string& pointer, const std::string& key,
                                    const Origins& origins, Problems& problems) {
  const auto found = object.find(key);
  if (found == object.end()) return std::string();
  if (found->is_string() && !found->get_ref<const std::string&>().empty()) return found->get<std::string>();
  const std::string at = child_pointer(pointer, key);
  problems.add(origins.file(at), at, short_text(*found), "expected a string that is not empty");
  return std::nullopt;
}

template <class Profile>
void read_any(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
              Profile& profile) {
  constexpr ProfileKind kind = kKindOf<Profile>;
  if (!value.is_string() && !value.is_object()) {
    problems.add(
        origins.file(pointer), pointer, short_text(value),
        fmt::format("expected a {} profile's name or an object, got {}", name(kind), type_text(value)));
    return;
  }
  const std::optional<std::string> base_name =
      value.is_string() ? value.get<std::string>() : read_key(value, pointer, "profile", origins, problems);
  if (!base_name) return;
  const bool inline_profile = value.is_object() && !value.contains("profile");
  Json complete = Json::object();
  if (!inline_profile) {
    const std::string at = value.is_string() ? pointer : child_pointer(pointer, "profile");
    const std::filesystem::path directory = origins.directory(at);
    const auto file = find_profile(kind, *base_name, directory);
    if (!file) {
      problems.add(origins.file(at), at, short_text(Json(*base_name)), no_such_profile(kind, *base_name, directory));
      return;
    }
    const ProfileFile<Profile>* const base = read_profile_file<Profile>(*file, problems);
    if (base == nullptr) return;
    profile = base->profile;
    if (value.is_string()) return;
    complete = base->json;
  }
  merge(complete, value);
  if (inline_profile) add_steps<Profile>(complete, problems);
  read_complete(complete, pointer, origins, problems, {"profile", "name"}, profile);
  if (const auto called = read_key(value, pointer, "name", origins, problems))
    profile.name = !called->empty() ? *called : inline_profile ? "inline" : profile.name;
}

template <class Profile>
Profile load(const std::string& reference) {
  Problems problems;
  Profile profile{};
  if (const auto path = find_profile(kKindOf<Profile>, reference)) {
    if (const auto* const file = read_profile_file<Profile>(*path, problems)) profile = file->profile;
  } else {
    problems.add("", "", short_text(Json(reference)), no_such_profile(kKindOf<Profile>, reference, {}));
  }
  problems.throw_if_any();
  return profile;
}

template <class Profile>
void check(const std::filesystem::path& path) {
  Problems problems;
  read_profile_file<Profile>(path, problems);
  problems.throw_if_any();
}

}  // namespace

void add_uncomposed(const std::vector<Uncomposed>& steps, const std::string& pointer, const Origins& origins,
                    Problems& problems) {
  for (const Uncomposed& step : steps)
    problems.add(origins.file(pointer + step.pointer), pointer + step.pointer, step.too_much ? fmt::format("{:.6g}", *step.too_much) : "",
                 step.too_much ? "too much, as it is composed of what the step does (/host/steps) and what that costs (/host/core)"
                               : "missing: a profile without core and steps states every value");
}

HostProfile load_host_profile(const std::string& reference) {
  return load<HostProfile>(reference);
}
DriverProfile load_driver_profile(const std::string& reference) {
  return load<DriverProfile>(reference);
}
KernelProfile load_kernel_profile(const std::string& reference) {
  return load<KernelProfile>(reference);
}

void check_host_file(const std::filesystem::path& path) { check<HostProfile>(path); }
void check_driver_file(const std::filesystem::path& path) { check<DriverProfile>(path); }
void check_kernel_file(const std::filesystem::path& path) { check<KernelProfile>(path); }
void check_steps_file(const std::filesystem::path& path) {
  Problems problems;
  if (const std::optional<Json> json = read_json_file(path, problems)) {
    const Origins origins(path.string(), Origins::Kind::profile);
    StepsFile steps;
    ParameterReader reader(*json, "", origins, problems, {"$schema"});
    describe(reader, steps);
    reader.finish();
  }
  problems.throw_if_any();
}

void read_host(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
               HostProfile& profile) {
  read_any(value, pointer, origins, problems, profile);
}

void read_driver(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 DriverProfile& profile) {
  read_any(value, pointer, origins, problems, profile);
}

void read_kernel(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 KernelProfile& profile) {
  read_any(value, pointer, origins, problems, profile);
}

}  // namespace ktlssim
