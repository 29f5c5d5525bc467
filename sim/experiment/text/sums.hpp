// SHA256SUMS of a directory of results: checksums, as sha256sum(1) writes and checks them, of the files that carry none
// themselves. What reads such a file back compares; a directory without sums, of an earlier version, is read as it is.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

// The bytes of a sum; digits() are how it is written.
using Sha256Sum = std::array<unsigned char, 32>;
Sha256Sum sha256_sum(std::string_view text);
std::string digits(const Sha256Sum& sum);

// In hexadecimal digits. Of a file: throws std::system_error if it cannot be read.
std::string sha256(std::string_view text);
std::string sha256_of_file(const std::filesystem::path& path);

// To be called before files are written: while there are new ones among the old, there are no sums.
void discard_sums(const OutputDirectory& out);
// Of those of `names` that are there.
void write_sums(const OutputDirectory& out, std::span<const std::string_view> names);

}  // namespace ktlssim
