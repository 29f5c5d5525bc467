// Everything that reads what a user wrote or a disk kept, fed with any bytes.
#pragma once

#include <string_view>

namespace ktlssim {

// Hands `text` to every reader: scenario, sweep, suite, influences, floors of discrepancies, fit, conditions of the twin,
// host, driver, kernel, steps, a table of measured steps; and, with a checksum that fits, as a sweep's manifest, run and
// known file, as the runs of a run and as an ensemble. Returns if each took it or refused it with an InputError; lets everything else through.
void read_everything(std::string_view text);

}  // namespace ktlssim
