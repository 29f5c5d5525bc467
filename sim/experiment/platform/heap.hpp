// What the allocator holds of memory that nobody uses. The C library of Linux has malloc_trim(3) for it, that of FreeBSD,
// which is jemalloc, mallctl(3); the latter is untried.
#pragma once

namespace ktlssim {

// Gives it back to the system, whole pages of it. To be called before a process forks often: each fork copies the tables of
// its pages, used or not.
void give_back_unused_memory();

}  // namespace ktlssim
