// A value of a profile that is no number, a choice or yes or no, together with where it comes from.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "models/quantity.hpp"

namespace ktlssim {

// The names of no and yes: in JSON they are true and false without quotes.
inline constexpr std::array<std::string_view, 2> kFlagNames{"false", "true"};
inline bool is_flag(std::span<const std::string_view> names) { return names.data() == kFlagNames.data(); }

template <class T>
class Fact {
 public:
  Fact() = default;
  Fact(T value, Provenance provenance)
      : value_(value), provenance_(shared_provenance(std::move(provenance))) {}
  Fact(T value, std::shared_ptr<const Provenance> provenance)
      : value_(value), provenance_(std::move(provenance)) {}

  T value() const { return value_; }

  // Null until a value has been given.
  const std::shared_ptr<const Provenance>& shared() const { return provenance_; }
  const Provenance* provenance() const { return provenance_.get(); }

 private:
  T value_{};
  std::shared_ptr<const Provenance> provenance_;
};

}  // namespace ktlssim
