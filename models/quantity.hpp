// A number of a profile together with where it comes from.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/units.hpp"

namespace ktlssim {

// How far a value can be trusted, best first. `measured`: on this very machine. `composed`: of others of its profile,
// anew whenever it is read. `scenario`: the user wrote it over the profile's.
enum class Confidence { measured, published, derived, fitted, estimated, composed, scenario };
// The last one cannot be claimed by a profile's file.
inline constexpr std::array<std::string_view, 7> kConfidenceNames{"measured",  "published", "derived", "fitted",
                                                                  "estimated", "composed",  "scenario"};
inline std::string_view name(Confidence confidence) { return kConfidenceNames[static_cast<std::size_t>(confidence)]; }

// How the values that an inexact one may have instead are distributed between low and high.
enum class PriorLaw { log_uniform, uniform };
inline constexpr std::array<std::string_view, 2> kPriorLawNames{"log_uniform", "uniform"};
inline std::string_view name(PriorLaw law) { return kPriorLawNames[static_cast<std::size_t>(law)]; }

// What else a value that is not exact may be, stated before anything is simulated.
struct Prior {
  double low;   // at most the value
  double high;  // at least the value
  PriorLaw law;
  std::string shares;  // the cause that values of this name have in common: they are drawn as one

  auto operator<=>(const Prior&) const = default;
};

struct Provenance {
  std::string source;  // a paper, a manual, a file of the kernel
  Confidence confidence;
  std::string fitted_to;       // for `fitted`: the figures it reproduces by construction
  std::optional<Prior> prior{};  // none: exact, or nobody says

  auto operator<=>(const Provenance&) const = default;
};

// The one of its kind: values of one source share it.
std::shared_ptr<const Provenance> shared_provenance(Provenance provenance);

// The unit stands in the name of the field (`_ns`, `_ns_per_byte`, `_bytes`); a bare name is a count or a
// factor.
class Quantity {
 public:
  Quantity() = default;
  Quantity(double value, Provenance provenance)
      : value_(value), rounded_(std::llround(value)), provenance_(shared_provenance(std::move(provenance))) {}

  double value() const { return value_; }
  std::int64_t count() const { return rounded_; }
  Time ns() const { return Time{rounded_}; }
  // For `_ns_per_byte` and the like: nearest nanosecond for `units` of them.
  Time times(std::int64_t units) const { return from_ns(value_ * static_cast<double>(units)); }

  // Null until a value has been given.
  const Provenance* provenance() const { return provenance_.get(); }

 private:
  double value_ = 0;
  std::int64_t rounded_ = 0;
  std::shared_ptr<const Provenance> provenance_;
};

}  // namespace ktlssim
