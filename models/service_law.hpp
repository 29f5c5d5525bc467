// How a time varies around its mean.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ktlssim {

// uniform: between 0 and twice the mean. Squared coefficients of variation 0, 1 and 1/3.
enum class ServiceLaw { constant, exponential, uniform };
inline constexpr std::array<std::string_view, 3> kServiceLawNames{"constant", "exponential", "uniform"};
inline std::string_view name(ServiceLaw law) { return kServiceLawNames[static_cast<std::size_t>(law)]; }

}  // namespace ktlssim
