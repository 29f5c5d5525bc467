// The one way to declare a parameter: each group of parameters has a `describe(visitor, group)` function that
// names every field once, with unit (in the name), default, range and meaning. Visitors read JSON, write the
// effective scenario, the JSON schema and the documentation from that same declaration.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/fact.hpp"
#include "models/quantity.hpp"

namespace ktlssim {

template <class T>
struct Range {
  T fallback;  // what a scenario means that leaves the parameter out
  T min;
  T max;
};

// Allowed range of a profile's value. Profiles have no defaults: a value left out is an error.
struct CostRange {
  double min;
  double max;
};

inline constexpr CostRange kStep{0, 1e9};      // ns
inline constexpr CostRange kPerByte{0, 1e4};   // ns per byte
inline constexpr CostRange kPriority{0, 255};  // FreeBSD's 256 priorities

struct Scenario;

// Which scenarios read a parameter. One of which nothing is said is read by all.
struct Readers {
  bool (*read)(const Scenario&);
  std::string_view who;  // "a workload sendfile or send"
};

class ParameterVisitor {
 public:
  virtual ~ParameterVisitor() = default;

  virtual void integer(std::string_view name, std::int64_t& field, Range<std::int64_t> range,
                       std::string_view meaning) = 0;
  virtual void number(std::string_view name, double& field, Range<double> range,
                      std::string_view meaning) = 0;
  virtual void flag(std::string_view name, bool& field, bool fallback, std::string_view meaning) = 0;
  virtual void text(std::string_view name, std::string& field, std::string_view fallback,
                    std::string_view meaning) = 0;
  // A value of a profile: required, with source and confidence.
  virtual void quantity(std::string_view name, Quantity& field, CostRange range,
                        std::string_view meaning) = 0;
  // The same, but it may be left out: then it has no provenance.
  virtual void optional_quantity(std::string_view name, Quantity& field, CostRange range,
                                 std::string_view meaning) = 0;
  // A value of a profile that is no number: required, with source and confidence. `index` is the position in
  // `names`, which are kFlagNames for yes or no.
  virtual void fact_index(std::string_view name, int& index, std::shared_ptr<const Provenance>& provenance,
                          std::span<const std::string_view> names, std::string_view meaning) = 0;
  // `index` is the position in `names`.
  virtual void choice_index(std::string_view name, int& index, std::span<const std::string_view> names,
                            int fallback, std::string_view meaning) = 0;

  // Who reads what was declared last: a parameter, or the group that has just begun, with all that is in it.
  // Reading, writing and checking go on as if everybody did.
  virtual void read_by(const Readers&) {}

  // Fields between begin and end live in an object of this name.
  virtual void begin_group(std::string_view name, std::string_view meaning) = 0;
  // A group that may be absent. Returns whether its fields are to be visited (end_group is called only then).
  // Readers set `present`, writers obey it, schemas and documentation visit always.
  virtual bool begin_optional_group(std::string_view name, bool& present, std::string_view meaning) = 0;
  virtual void end_group() = 0;

  // `field`'s enumerators number `names` in order from 0.
  template <class Enum, std::size_t N>
  void choice(std::string_view name, Enum& field, const std::array<std::string_view, N>& names, Enum fallback,
              std::string_view meaning) {
    int index = static_cast<int>(field);
    choice_index(name, index, names, static_cast<int>(fallback), meaning);
    field = static_cast<Enum>(index);
  }
  template <class T, std::size_t N>
  void fact(std::string_view name, Fact<T>& field, const std::array<std::string_view, N>& names,
            std::string_view meaning) {
    int index = static_cast<int>(field.value());
    std::shared_ptr<const Provenance> provenance = field.shared();
    fact_index(name, index, provenance, names, meaning);
    field = Fact<T>(static_cast<T>(index), std::move(provenance));
  }
};

}  // namespace ktlssim
