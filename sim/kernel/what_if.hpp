// What no kernel does: limits on records in flight, and readying in groups.
#pragma once

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/mbuf.hpp"

namespace ktlssim {

class Kernel;
struct KtlsSession;
struct KtlsWq;
struct Socket;

// The executing worker sleeps ("ktlscap") while a cap on records in flight is reached. Precondition:
// Ktls::in_flight_matters.
void wait_for_caps(Kernel& k, KtlsWq& wq, KtlsSession& tls);
// A record is no longer in flight: those that sleep look again.
void wake_for_caps(Kernel& k);

// An asynchronous record is done: its session's group becomes ready when it is full, or when nothing of the
// session is in flight. Drops the record's socket reference then.
void ready_in_groups(Kernel& k, Socket& so, Mbuf& m, Errno error);

}  // namespace ktlssim
