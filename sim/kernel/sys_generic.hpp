// sys_generic.c: read(2).
#pragma once

#include <cstdint>

namespace ktlssim {

class Kernel;

// sys_read, vn_read: `bytes` from `offset` on of a file whose pages are resident, copied to the caller. The caller
// returns to user mode.
void sys_read(Kernel& k, std::int64_t bytes, std::int64_t offset);

}  // namespace ktlssim
