// Draws of later waves: where the figures of a family leave few draws of wave one, more are chosen from a pool of draw
// numbers by what an emulator makes of them, and only that family's figures are simulated.
//
// Each draw of a pool has a chance of being chosen (proposal.hpp), and so would have each draw of another wave: what an
// emulator that has not seen it gives it. The draws of all waves are weighed together, each by one over the number of draws
// that all waves had for one like it, N + sum of pool * chance, N being the draws of wave one (the balance heuristic of
// Veach and Guibas, 1995). So they tell what the priors tell, however wrong the emulator is; a bad one leaves fewer of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "sim/experiment/ensemble/published_figure.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct Wave {
  std::size_t first;  // number of the pool's first draw
  std::size_t pool;   // draws in it
  // Of the emulator, by figure, on the figure's scale: standard deviation of what it misses of draws that it has not seen
  // among those that it was made of; and of what it missed of this wave's, as soon as these are simulated.
  std::vector<double> error;
  std::vector<double> missed;
  std::vector<std::size_t> numbers;         // of the chosen draws
  std::vector<double> chances;              // of wave one's draws, and of `numbers` of all waves: to be chosen from this pool
  std::vector<std::vector<double>> draws;   // figures of `numbers`, as far as they are simulated; NaN: none

  bool simulated() const { return draws.size() == numbers.size(); }
};

// All on the same figures.
struct LaterWaves {
  std::vector<std::size_t> figures;  // places in the ensemble's
  std::vector<Wave> waves;

  std::size_t simulated() const;  // waves, of the first on
  // Of wave one's draws and then those of the first `count` waves: one over the draws that there were for one like it.
  std::vector<double> bases(std::size_t wave_one, std::size_t count) const;
};

// As a file keeps it.
double as_kept(double figure);

Json later_waves_json(const std::vector<LaterWaves>& all, const std::vector<PublishedFigure>& figures);
// Throws InputError, or Json::exception.
std::vector<LaterWaves> read_later_waves(const Json& json, const std::vector<PublishedFigure>& figures, std::size_t wave_one,
                                         const std::filesystem::path& path);

// A line of figures, "-" where there is none.
std::string figures_text(const std::vector<double>& figures);
// Words that are no figures give no figures at all.
std::vector<double> read_figures(const std::string& text);

[[noreturn]] void refuse_ensemble(const std::filesystem::path& path, const std::string& pointer, const std::string& why);

}  // namespace ktlssim
