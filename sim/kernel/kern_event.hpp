// kern_event.c: events of sockets, and the thread that waits for them in kevent(2).
#pragma once

#include <string_view>

#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;

// What a thread waits for in kevent(2).
inline constexpr std::string_view kKqread = "kqread";

// knote_enqueue, kqueue_wakeup: an event of the socket is there for the thread that serves it.
void knote_enqueue(Kernel& k, Socket& so);

}  // namespace ktlssim
