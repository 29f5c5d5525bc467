// What the figures of some draws tell of other draws, without a simulation, and how far that is off.
//
// Ridge regression on what single values do and on all products of that, in its dual form: of two draws x and t the
// likeness is the product over values v of (1 + w (1 - |x_v - t_v|)) / (1 + w), x_v being the place in the value's range,
// or (1 + w) / (1 + w) and 1 / (1 + w) for choices that are the same and that are not. w is the part of the figure's
// variance that the value explains alone; values that explain nothing (F test) are left out, for each of some hundred
// would need draws of its own. The ridge is that with the least error.
//
// An emulator proposes what is simulated. It answers nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ktlssim {

// Something that is drawn.
struct DrawnName {
  std::string name;     // of its quantiles
  std::size_t choices;  // as likely as each other; 0: a range
};

// Of draws, by place: where in the range, or which choice.
struct DrawnPlaces {
  std::vector<std::size_t> choices;
  std::vector<std::vector<float>> of;

  std::size_t draws() const { return of.empty() ? 0 : of.front().size(); }
};
DrawnPlaces places_of(const std::vector<DrawnName>& places, const std::vector<std::size_t>& numbers);

class Emulator {
 public:
  // Of draws that have a value; NaN: none.
  Emulator(const DrawnPlaces& known, const std::vector<double>& values);

  // Of those draws, each by an emulator that has not seen it: they are left out an eighth at a time, from the choice of
  // values on.
  const std::vector<double>& left_out() const { return left_out_; }
  // Standard deviation of what that misses.
  double error() const { return error_; }

  std::vector<double> predict(const DrawnPlaces& others) const { return whole_.predict(others); }

 private:
  struct Part {
    std::size_t place;
    std::size_t choices;
    double weight;
    std::vector<float> known;
  };
  // Of some of the draws.
  class Fit {
   public:
    Fit() = default;
    Fit(const DrawnPlaces& known, const std::vector<double>& values, const std::vector<std::size_t>& draws, double ridge);
    std::vector<double> predict(const DrawnPlaces& others) const;
    double predict(const DrawnPlaces& others, std::size_t draw) const;

   private:
    void likeness(const DrawnPlaces& others, std::size_t draw, std::vector<double>& row) const;
    std::vector<Part> parts_;
    std::size_t known_ = 0;
    double mean_ = 0;
    std::vector<double> coefficients_;
  };
  std::vector<double> without_each(const DrawnPlaces& known, const std::vector<double>& values, double ridge) const;

  Fit whole_;
  std::vector<double> left_out_;
  double error_ = 0;
};

}  // namespace ktlssim
