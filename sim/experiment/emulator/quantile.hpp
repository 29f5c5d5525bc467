// Space-filling random numbers that are looked up by name: a Latin hypercube whose columns are as many as there are
// names.
//
// Draw i has one quantile for each name, and it is the same in whatever scenario the name turns up. Within each block of
// kStratified draws a name's quantiles fall one into each of kStratified equal parts of (0, 1), in an order that is
// shuffled for each name and block (McKay, Beckman and Conover, Technometrics 21, 1979). Blocks are independent.
// A name that is added moves no other.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ktlssim {

inline constexpr std::size_t kStratified = 128;

// Within (0, 1).
double quantile(std::string_view name, std::size_t draw);
// Those of draws kStratified * block to kStratified * block + kStratified - 1.
std::array<double, kStratified> quantiles_of_block(std::string_view name, std::size_t block);

}  // namespace ktlssim
