// A child that must not outlive the process that forked it. Linux has prctl(2) for that, FreeBSD procctl(2); the latter is
// untried.
#pragma once

#include <sys/types.h>

namespace ktlssim {

// To be called in the child: from now on the system kills it when `parent` dies. False if that has happened already. Where
// the system cannot, a killed parent leaves children that end by themselves.
bool die_with(pid_t parent);

}  // namespace ktlssim
