// Changing values in the text of a profile file, which keeps its layout.
#pragma once

#include <string>

namespace ktlssim {

// What a fit has to say of a quantity.
struct FittedQuantity {
  double value;
  double factor = 0;      // not 0: a source that says "N times the value of HOST" says this N
  std::string fitted_to;  // the figures that it reproduces by construction
};

// `text` with the quantity at `pointer` holding the fitted value, its confidence and what it was fitted to. Where the
// file has the quantity on a line of its own, after the keys of the groups that it is in, everything else stays as it is
// written; otherwise, or where the quantity is not there yet, the file is laid out anew. Throws std::runtime_error if
// `text` is no profile.
std::string with_quantity(const std::string& text, const std::string& pointer, const FittedQuantity& fitted);

}  // namespace ktlssim
