// Leaves one stack and goes on with another, by Boost's jump or, on x86-64, by our own: after a jump the processor, which
// pairs returns with calls, expects every return that follows in the wrong place, so ours returns.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef __x86_64__
#include <boost/context/detail/fcontext.hpp>
#endif

namespace ktlssim {

// A stack that nobody is on: at its top lies what a call keeps, and where it goes on.
using Parked = void*;

#ifdef __x86_64__

// In stack_switch.S.
extern "C" void ktlssim_switch_stack(Parked* here, Parked there, void* argument);

// Parks this stack `here` and goes on with the one parked `there`. Returns when somebody comes back.
inline void switch_stack(Parked& here, Parked there, void* argument) { ktlssim_switch_stack(&here, there, argument); }

// A stack of `bytes` below `top`, a multiple of 16. Who first goes there calls `begin` with his argument; it never returns.
template <void (*begin)(void*)>
Parked park_new_stack(void* top, std::size_t /*bytes*/) {
  constexpr std::size_t kRegisters = 6;
  auto* slot = static_cast<std::uintptr_t*>(top);
  *--slot = 0;  // nobody to return to
  *--slot = reinterpret_cast<std::uintptr_t>(begin);
  for (std::size_t i = 0; i < kRegisters; ++i) *--slot = 0;
  return slot;
}

#else

// Lies on the stack that is left.
struct Departure {
  Parked* here;
  void* argument;
};

inline void* arrive(const boost::context::detail::transfer_t& from) {
  const Departure& departure = *static_cast<const Departure*>(from.data);
  void* const argument = departure.argument;
  *departure.here = from.fctx;
  return argument;
}

inline void switch_stack(Parked& here, Parked there, void* argument) {
  Departure departure{&here, argument};
  arrive(boost::context::detail::jump_fcontext(there, &departure));
}

template <void (*begin)(void*)>
Parked park_new_stack(void* top, std::size_t bytes) {
  return boost::context::detail::make_fcontext(
      top, bytes, [](boost::context::detail::transfer_t from) { begin(arrive(from)); });
}

#endif

}  // namespace ktlssim
