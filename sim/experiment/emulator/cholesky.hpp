// Linear equations of a symmetric, positive definite matrix.
#pragma once

#include <vector>

namespace ktlssim {

// x of (matrix + ridge * unit matrix) x = y. `matrix` has its rows one after the other, as many as `y` has values.
std::vector<double> solved(std::vector<double> matrix, double ridge, std::vector<double> y);

}  // namespace ktlssim
