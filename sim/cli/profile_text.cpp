#include "sim/cli/profile_text.hpp"

#include <fmt/format.h>

#include "sim/cli/text.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

std::string_view unit_of(std::string_view name) {
  if (name.ends_with("_ns_per_byte")) return "ns/byte";
  if (name.ends_with("_ns")) return "ns";
  if (name.ends_with("_gbytes_per_s")) return "GB/s";
  if (name.ends_with("_gbps")) return "Gbit/s";
  if (name.ends_with("_bytes")) return "bytes";
  if (name.starts_with("pri_") || name == "preempt_thresh") return "(priority)";
  if (name.ends_with("_load")) return "(load)";
  if (name.ends_with("_speed")) return "(of full speed)";
  return "(number)";
}

class Printer final : public ParameterVisitor {
 public:
  std::string take() { return std::move(text_); }

  void integer(std::string_view name, std::int64_t& field, Range<std::int64_t>, std::string_view) override {
    line(name, std::to_string(field));
  }
  void number(std::string_view name, double& field, Range<double>, std::string_view) override {
    line(name, fmt::format("{}", field));
  }
  void flag(std::string_view name, bool& field, bool, std::string_view) override {
    line(name, field ? "true" : "false");
  }
  void text(std::string_view, std::string& field, std::string_view, std::string_view) override {
    if (!field.empty()) text_ += wrap(plain(field), columns(), 2);
  }
  void quantity(std::string_view name, Quantity& field, CostRange, std::string_view meaning) override {
    const bool per_byte = in_per_byte_ || name == "byte_ns";
    line(name, fmt::format("{} {}", number_json(field.value()).dump(), per_byte ? "ns/byte" : unit_of(name)));
    if (field.provenance()) origin(*field.provenance(), meaning);
  }
  void optional_quantity(std::string_view name, Quantity& field, CostRange range,
                         std::string_view meaning) override {
    if (field.provenance()) quantity(name, field, range, meaning);
  }
  void fact_index(std::string_view name, int& index, std::shared_ptr<const Provenance>& provenance,
                  std::span<const std::string_view> names, std::string_view meaning) override {
    line(name, fmt::format("{} {}", names[static_cast<std::size_t>(index)], is_flag(names) ? "(flag)" : "(choice)"));
    if (provenance) origin(*provenance, meaning);
  }
  void choice_index(std::string_view name, int& index, std::span<const std::string_view> names, int,
                    std::string_view) override {
    line(name, std::string(names[static_cast<std::size_t>(index)]));
  }
  void begin_group(std::string_view name, std::string_view meaning) override {
    text_ += wrap(fmt::format("{}{}: {}", path_, name, plain(meaning)), columns(), 2);
    in_per_byte_ = name.ends_with("_ns_per_byte");
    path_ += fmt::format("{}.", name);
  }
  bool begin_optional_group(std::string_view name, bool& present, std::string_view meaning) override {
    if (present) begin_group(name, meaning);
    return present;
  }
  void end_group() override {
    in_per_byte_ = false;
    path_.pop_back();
    path_.resize(path_.rfind('.') == std::string::npos ? 0 : path_.rfind('.') + 1);
  }

 private:
  void line(std::string_view name, const std::string& value) {
    text_ += wrap(fmt::format("{}{} = {}", path_, name, value), columns(), 4);
  }

  void origin(const Provenance& provenance, std::string_view meaning) {
    const std::string_view confidence = name(provenance.confidence);
    const std::string fitted =
        provenance.fitted_to.empty() ? "" : fmt::format(" to {}", provenance.fitted_to);
    text_ += wrap(plain(meaning), columns(), 6);
    text_ += wrap(plain(fmt::format("{}{}: {}", confidence, fitted, provenance.source)), columns(), 6);
  }

  std::string text_;
  std::string path_;
  bool in_per_byte_ = false;
};

template <class Profile>
std::string text_of(std::string_view kind, Profile& profile) {
  Printer printer;
  describe(printer, profile);
  return fmt::format("{} {}\n", kind, plain(profile.name)) + printer.take();
}

}  // namespace

std::string profile_text(HostProfile profile) { return text_of("host", profile); }
std::string profile_text(DriverProfile profile) { return text_of("driver", profile); }
std::string profile_text(KernelProfile profile) { return text_of("kernel", profile); }

}  // namespace ktlssim
