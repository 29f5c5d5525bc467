#include "sim/kernel/what_if.hpp"

#include <algorithm>
#include <utility>

#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_socket.hpp"

namespace ktlssim {

namespace {

bool reached(std::int64_t cap, std::int64_t in_flight) { return cap > 0 && in_flight >= cap; }

bool over_a_cap(const WhatIfParameters& p, const KtlsWq& wq, const KtlsSession& tls) {
  return reached(p.cap_per_worker, wq.in_flight) || reached(p.cap_per_session, tls.in_flight) ||
         (p.cap_per_bank > 0 && reached(p.cap_per_bank, tls.crypto.driver->in_flight_here()));
}

// Whether the card has `part` of what a bound allows, or more.
bool over_spill_bound(const WhatIfParameters& p, const Driver& card, double part) {
  const double engines = card.profile().device.engines.value();
  const double wait_us = static_cast<double>(card.spill.service_ns) / engines / 1e3;
  return (p.spill_records > 0 &&
          static_cast<double>(card.spill.records) >= part * static_cast<double>(p.spill_records)) ||
         (p.spill_wait_us > 0 && wait_us >= part * p.spill_wait_us);
}

std::int64_t service_ns(const Driver& card, const Cryptop& crp) {
  return card.profile().cost(crp.ses->algorithm).time(crp.payload_bytes).count();
}

}  // namespace

void open_spill_session(Kernel& k, KtlsSession& tls) {
  if (!k.scenario.what_if.spills() || tls.crypto.driver->sync() || !is_aead(tls.cipher)) return;
  crypto_newsession(k, tls.spill, tls.crypto.algorithm, true);
}

CryptoSession& spill_or_not(Kernel& k, KtlsSession& tls) {
  if (tls.spill.driver == nullptr || tls.crypto.driver->sync()) return tls.crypto;
  k.settle();
  SpillLoad& load = tls.crypto.driver->spill;
  const WhatIfParameters& p = k.scenario.what_if;
  load.over = over_spill_bound(p, *tls.crypto.driver, load.over ? p.spill_back : 1);
  if (!load.over) return tls.crypto;
  ++k.ktls.stats.spilled_records;
  return tls.spill;
}

void spill_given(Cryptop& crp) {
  Driver& card = *crp.ses->driver;
  if (card.sync()) return;
  crp.spill_card = &card;
  ++card.spill.records;
  card.spill.service_ns += service_ns(card, crp);
}

void spill_done(Cryptop& crp) {
  Driver* const card = std::exchange(crp.spill_card, nullptr);
  if (card == nullptr) return;
  --card->spill.records;
  card->spill.service_ns -= service_ns(*card, crp);
}

void wait_for_caps(Kernel& k, KtlsWq& wq, KtlsSession& tls) {
  k.settle();
  while (over_a_cap(k.scenario.what_if, wq, tls)) {
    k.ktls.waiting_for_caps.push_back(k.sched.curthread());
    k.sched.sleep("ktlscap");
  }
}

void wake_for_caps(Kernel& k) {
  for (Thread* const thread : std::exchange(k.ktls.waiting_for_caps, {})) k.wakeup(thread, "ktlscap");
}

void ready_in_groups(Kernel& k, Socket& so, Mbuf& m, Errno error) {
  k.settle();
  KtlsSession& tls = so.tls;
  if (error == Errno::ok) {
    tls.ready_group.push_back(&m);
  } else {
    fail_record(k, m);
    sorele(k, so, k.ktls.async_outstanding);
  }
  const auto group_records = static_cast<std::size_t>(k.scenario.what_if.ready_group_records);
  if (tls.ready_group.size() < group_records && tls.in_flight > 0) return;
  std::vector<Mbuf*> group = std::exchange(tls.ready_group, {});
  std::ranges::sort(group, {}, &Mbuf::seqno);
  for (std::size_t begin = 0; begin < group.size();) {
    std::size_t end = begin + 1;
    while (end < group.size() && group[end]->seqno == group[end - 1]->seqno + 1) ++end;
    so.proto->pr_ready(so, *group[begin], static_cast<int>(end - begin));
    begin = end;
  }
  for (std::size_t i = 0; i < group.size(); ++i) sorele(k, so, k.ktls.async_outstanding);
}

}  // namespace ktlssim
