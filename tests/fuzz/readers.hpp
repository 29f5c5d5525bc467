// Everything that reads what a user wrote or a disk kept, fed with any bytes.
#pragma once

#include <string_view>

namespace ktlssim {

// Hands `text` to every reader: scenario, sweep, suite, fit, host, driver, kernel; and, with a checksum that fits, as a
// manifest and as a run file. Returns if each took it or refused it with an InputError; lets everything else through.
void read_everything(std::string_view text);

}  // namespace ktlssim
