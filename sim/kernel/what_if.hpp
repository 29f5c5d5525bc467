// What no kernel does: limits on records in flight, readying in groups, and records that go to the CPU while the card
// is busy.
#pragma once

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/mbuf.hpp"

namespace ktlssim {

class Kernel;
struct KtlsSession;
struct Cryptop;
struct KtlsWq;
struct Socket;

// The executing worker sleeps ("ktlscap") while a cap on records in flight is reached. Precondition:
// Ktls::in_flight_matters.
void wait_for_caps(Kernel& k, KtlsWq& wq, KtlsSession& tls);
// A record is no longer in flight: those that sleep look again.
void wake_for_caps(Kernel& k);

// Opens the session with a software driver that an AEAD session of a card spills to, if the scenario says so.
void open_spill_session(Kernel& k, KtlsSession& tls);
// The session that encrypts the next record: the card's, or the one that it spills to, by what the card has been
// given. Once over a bound, records go back to the card when it is below spill_back of it.
CryptoSession& spill_or_not(Kernel& k, KtlsSession& tls);
// A request is on its way to the card, and is done.
void spill_given(Cryptop& crp);
void spill_done(Cryptop& crp);

// An asynchronous record is done: its session's group becomes ready when it is full, or when nothing of the
// session is in flight. Drops the record's socket reference then.
void ready_in_groups(Kernel& k, Socket& so, Mbuf& m, Errno error);

}  // namespace ktlssim
