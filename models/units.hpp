// Time and its conversions: simulated time is an integer number of nanoseconds, everywhere.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace ktlssim {

using Time = std::chrono::nanoseconds;

constexpr Time kNoTime{0};
constexpr Time kNever = Time::max();

// std::llround and std::ceil, which the compiler cannot inline: the nearest integer, halves away from zero, and the
// next one.
inline std::int64_t nearest(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  const double rest = x - static_cast<double>(whole);
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}
inline std::int64_t rounded_up(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  return whole + (x > static_cast<double>(whole) ? 1 : 0);
}

// Nearest nanosecond of a duration given in (fractional) nanoseconds, microseconds or milliseconds.
inline Time from_ns(double ns) { return Time{nearest(ns)}; }
inline Time from_us(double us) { return from_ns(us * 1e3); }
inline Time from_ms(double ms) { return from_ns(ms * 1e6); }

inline double to_us(Time time) { return static_cast<double>(time.count()) / 1e3; }
inline double to_seconds(Time time) { return static_cast<double>(time.count()) / 1e9; }

// How long `bytes` occupy a link of `gbps` (1e9 bits a second), rounded up to a nanosecond.
inline Time transmission_time(std::int64_t bytes, double gbps) {
  return Time{rounded_up(static_cast<double>(bytes) * 8.0 / gbps)};
}

}  // namespace ktlssim
