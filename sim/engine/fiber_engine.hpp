// The engine on Boost.Context fibers: every simulated thread is one.
#pragma once

#include <memory>

#include "sim/engine/engine.hpp"

namespace ktlssim {

std::unique_ptr<Engine> make_fiber_engine();

}  // namespace ktlssim
