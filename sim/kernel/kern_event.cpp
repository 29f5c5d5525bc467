#include "sim/kernel/kern_event.hpp"

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

void knote_enqueue(Kernel& k, Socket& so) {
  so.kqueue->ready.push_back(&so);
  if (so.kqueue->waiter != nullptr) k.wakeup(so.kqueue->waiter, kKqread);
}

}  // namespace ktlssim
