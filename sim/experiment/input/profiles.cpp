#include "sim/experiment/input/profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <system_error>

#include "sim/experiment/input/profile_checks.hpp"
#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {

namespace {

template <class Profile>
constexpr ProfileKind kKindOf = std::is_same_v<Profile, HostProfile>     ? ProfileKind::host
                                : std::is_same_v<Profile, DriverProfile> ? ProfileKind::driver
                                                                         : ProfileKind::kernel;

// In the order of ProfileKind.
constexpr std::array<std::string_view, 4> kKindTexts{"host", "driver", "kernel", "step"};

std::string_view kind_text(ProfileKind kind) { return kKindTexts[static_cast<std::size_t>(kind)]; }

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

std::string unknown_profile(ProfileKind kind, const std::string& name) {
  const std::vector<std::string> names = profile_names(kind);
  if (names.empty())
    return fmt::format("no such {} profile: there are none in {}", kind_text(kind),
                       profile_directory(kind).string());
  return fmt::format("no such {} profile (there are: {}){}", kind_text(kind), fmt::join(names, ", "),
                     did_you_mean(name, names));
}

bool exists(ProfileKind kind, const std::string& name) {
  const std::vector<std::string> names = profile_names(kind);
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A step that states no cost is composed; what a group left out is missing is its first step.
void complete_profile(HostProfile& profile, const std::string& pointer, const Origins& origins, Problems& problems) {
  for (const std::string& step : compose(profile))
    problems.add(origins.file(pointer + step), pointer + step, "",
                 "missing: a profile without core and steps states every value");
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
    const std::filesystem::path path = profile_directory(ProfileKind::steps) / "freebsd.json";
    std::optional<Json> steps = read_json_file(path, problems);
    if (!steps || !steps->is_object()) return;
    steps->erase("description");  // of the file
    if (const auto given = json.find("steps"); given != json.end()) {
      if (!given->is_object()) return;
      merge(*steps, *given);
    }
    json["steps"] = std::move(*steps);
  }
}

// A profile's file as it was when it was read. All points of a sweep that name it share its sources.
template <class Profile>
struct ProfileFile {
  std::filesystem::file_time_type written;
  Json json;
  Profile profile;
};

// A profile's file, read anew where it has changed; null if it is not sound.
template <class Profile>
const ProfileFile<Profile>* read_profile_file(const std::filesystem::path& path, Problems& problems) {
  static std::map<std::filesystem::path, ProfileFile<Profile>> files;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  const auto known = files.find(path);
  if (known != files.end() && !error && known->second.written == written) return &known->second;
  const std::size_t before = problems.size();
  std::optional<Json> json = read_json_file(path, problems);
  if (!json) return nullptr;
  if (json->is_object()) json->erase("$schema");
  add_steps<Profile>(*json, problems);
  ProfileFile<Profile> file{written, std::move(*json), {}};
  read_complete(file.json, "", Origins(path.string(), Origins::Kind::profile), problems, {}, file.profile);
  file.profile.name = path.stem().string();
  if (problems.size() > before) return nullptr;
  return &files.insert_or_assign(path, std::move(file)).first->second;
}

template <class Profile>
std::filesystem::path profile_file(const std::string& name) {
  return profile_directory(kKindOf<Profile>) / (name + ".json");
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
        fmt::format("expected a {} profile's name or an object, got {}", kind_text(kind), type_text(value)));
    return;
  }
  const std::optional<std::string> base_name =
      value.is_string() ? value.get<std::string>() : read_key(value, pointer, "profile", origins, problems);
  if (!base_name) return;
  const bool inline_profile = value.is_object() && !value.contains("profile");
  if (!inline_profile && !exists(kind, *base_name)) {
    const std::string at = value.is_string() ? pointer : child_pointer(pointer, "profile");
    problems.add(origins.file(at), at, short_text(Json(*base_name)), unknown_profile(kind, *base_name));
    return;
  }
  Json complete = Json::object();
  if (!inline_profile) {
    const ProfileFile<Profile>* const base = read_profile_file<Profile>(profile_file<Profile>(*base_name), problems);
    if (base == nullptr) return;
    profile = base->profile;
    if (value.is_string()) return;
    complete = base->json;
  }
  merge(complete, value);
  if (inline_profile) add_steps<Profile>(complete, problems);
  read_complete(complete, pointer, origins, problems, {"profile", "name"}, profile);
  if (const auto name = read_key(value, pointer, "name", origins, problems))
    profile.name = !name->empty() ? *name : inline_profile ? "inline" : *base_name;
}

template <class Profile>
Profile load(const std::string& name) {
  Problems problems;
  Profile profile{};
  if (exists(kKindOf<Profile>, name)) {
    if (const auto* const file = read_profile_file<Profile>(profile_file<Profile>(name), problems))
      profile = file->profile;
  } else {
    problems.add("", "", short_text(Json(name)), unknown_profile(kKindOf<Profile>, name));
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

std::filesystem::path profile_directory(ProfileKind kind) {
  const std::filesystem::path below = fmt::format("{}s", kind_text(kind));
  std::error_code error;
  if (const char* data = std::getenv("KTLSSIM_DATA"); data && *data) {
    const std::filesystem::path given = std::filesystem::path(data) / "profiles" / below;
    if ((kind != ProfileKind::kernel && kind != ProfileKind::steps) || std::filesystem::is_directory(given, error)) return given;
  }
  const std::filesystem::path source = std::filesystem::path(build_info().source_dir) / "models" / "profiles";
  if (std::filesystem::is_directory(source, error)) return source / below;
  return std::filesystem::path(build_info().data_dir) / "profiles" / below;
}

std::vector<std::string> profile_names(ProfileKind kind) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator file(profile_directory(kind), error), end; !error && file != end;
       file.increment(error)) {
    const std::filesystem::path& path = file->path();
    if (path.extension() == ".json" && !path.stem().empty()) names.push_back(path.stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

HostProfile load_host_profile(const std::string& name) { return load<HostProfile>(name); }
DriverProfile load_driver_profile(const std::string& name) { return load<DriverProfile>(name); }
KernelProfile load_kernel_profile(const std::string& name) { return load<KernelProfile>(name); }

void check_host_file(const std::filesystem::path& path) { check<HostProfile>(path); }
void check_driver_file(const std::filesystem::path& path) { check<DriverProfile>(path); }
void check_kernel_file(const std::filesystem::path& path) { check<KernelProfile>(path); }

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
