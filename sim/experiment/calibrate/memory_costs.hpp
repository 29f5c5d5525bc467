// What memory and encryption cost a thread on this machine: allocation, first touch, copies hot and cold, EVP.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ktlssim {

// Adds a sample of each to those of its name.
void measure_memory_once(std::map<std::string, std::vector<double>>& samples);

// Names and meanings, in the order of the table.
std::vector<std::pair<std::string, std::string>> memory_cost_names();

// Bytes that a copy walks through, by the name of its cost.
inline constexpr std::size_t kHotCopyBytes = 32u << 10;
inline constexpr std::size_t kWarmCopyBytes = 1u << 20;
inline constexpr std::size_t kColdCopyBytes = 64u << 20;

}  // namespace ktlssim
