#include "sim/experiment/emulator/quantile.hpp"

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

std::array<double, kStratified> quantiles_of_block(std::string_view name, std::size_t block) {
  boost::random::mt19937_64 random(hash(name, block));
  std::array<std::size_t, kStratified> parts{};
  std::iota(parts.begin(), parts.end(), std::size_t{0});
  for (std::size_t i = kStratified; i > 1; --i) {
    boost::random::uniform_int_distribution<std::size_t> other(0, i - 1);
    std::swap(parts[i - 1], parts[other(random)]);
  }
  boost::random::uniform_01<double> within;
  constexpr double kInside = 1e-9;  // the ends of (0, 1) are left out
  std::array<double, kStratified> all{};
  for (std::size_t i = 0; i < kStratified; ++i)
    all[i] = (static_cast<double>(parts[i]) + kInside + (1 - 2 * kInside) * within(random)) / static_cast<double>(kStratified);
  return all;
}

double quantile(std::string_view name, std::size_t draw) {
  return quantiles_of_block(name, draw / kStratified)[draw % kStratified];
}

}  // namespace ktlssim
