#include "sim/experiment/platform/heap.hpp"

#if defined(__FreeBSD__)
#include <malloc_np.h>
#else
#include <malloc.h>
#endif

namespace ktlssim {

#if defined(__FreeBSD__)

// 4096 stands for all arenas (MALLCTL_ARENAS_ALL).
void give_back_unused_memory() { mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0); }

#else

void give_back_unused_memory() { malloc_trim(0); }

#endif

}  // namespace ktlssim
