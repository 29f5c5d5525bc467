#include "sim/experiment/ensemble/quantile.hpp"

#include <array>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstdint>
#include <numeric>
#include <utility>

namespace ktlssim {

namespace {

// FNV-1a, which unlike std::hash is the same everywhere.
std::uint64_t hash(std::string_view name, std::uint64_t block) {
  std::uint64_t value = 14695981039346656037u;
  const auto mix = [&value](std::uint64_t byte) { value = (value ^ byte) * 1099511628211u; };
  for (const char c : name) mix(static_cast<unsigned char>(c));
  for (int i = 0; i < 8; ++i) mix((block >> (8 * i)) & 0xff);
  return value;
}

}  // namespace

double quantile(std::string_view name, std::size_t draw) {
  boost::random::mt19937_64 random(hash(name, draw / kStratified));
  std::array<std::size_t, kStratified> parts{};
  std::iota(parts.begin(), parts.end(), std::size_t{0});
  for (std::size_t i = kStratified; i > 1; --i) {
    boost::random::uniform_int_distribution<std::size_t> other(0, i - 1);
    std::swap(parts[i - 1], parts[other(random)]);
  }
  const std::size_t place = draw % kStratified;
  boost::random::uniform_01<double> within;
  double u = within(random);
  for (std::size_t i = 0; i < place; ++i) u = within(random);
  constexpr double kInside = 1e-9;  // the ends of (0, 1) are left out
  return (static_cast<double>(parts[place]) + kInside + (1 - 2 * kInside) * u) / static_cast<double>(kStratified);
}

}  // namespace ktlssim
