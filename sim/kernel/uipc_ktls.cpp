#include "sim/kernel/uipc_ktls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/readers.hpp"
#include "models/tls.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/ktls_ocf.hpp"
#include "sim/kernel/ktls_rx.hpp"
#include "sim/kernel/uipc_ktls_memory.hpp"
#include "sim/kernel/uipc_socket.hpp"
#include "sim/kernel/what_if.hpp"

namespace ktlssim {

namespace {

// What framing a record changes, apart from its cost.
void frame_record(Mbuf& m, Socket& so) {
  ++so.tls.refs;
  m.holds_session = true;
  m.wire_bytes = static_cast<std::int32_t>(so.tls.framing.wire_bytes(m.payload_bytes));
  m.not_ready = true;
  m.so = &so;
}

// In which domain the executing thread makes it, and where its pages lie.
void place_record(Kernel& k, Mbuf& m, std::uint64_t number) {
  k.settle();
  m.lines_in = static_cast<std::uint8_t>(curdomain(k));
  m.page_domain = m.file_backed ? static_cast<std::uint8_t>(k.numa.file_pages(*m.so, number)) : m.lines_in;
}

// What queueing a batch of `page_count` pages changes in the batch itself.
void prepare_batch(Kernel& k, Mbuf& top, int page_count) {
  top.enc_cnt = page_count;
  top.batch_records = 0;
  Mbuf* m = &top;
  for (int pages = 0; pages < page_count; m = m->m_next) {
    k.recorder.enqueued(m->stays, k.now());
    pages += m->npgs;
    ++top.batch_records;
  }
}

void wq_insert_tail(Kernel& k, KtlsWq& wq, Mbuf& top) {
  ++k.ktls.stats.sw_tx_inqueue;
  top.stailq_next = nullptr;
  (wq.m_head == nullptr ? wq.m_head : wq.m_tail->stailq_next) = &top;
  wq.m_tail = &top;
}

// TLS 1.0 chains its records: a batch that comes before its turn is parked in order of sequence numbers, and
// one whose turn it is takes those along that follow it. Returns whether anything was queued.
bool enqueue_in_sequence(Kernel& k, KtlsWq& wq, KtlsSession& tls, Mbuf& top) {
  Mbuf** pending = &tls.pending_records;
  if (top.seqno != tls.encrypt_seqno) {
    while (*pending != nullptr && (*pending)->seqno < top.seqno) pending = &(*pending)->stailq_next;
    top.stailq_next = std::exchange(*pending, &top);
    ++k.ktls.stats.sw_tx_pending;
    return false;
  }
  tls.encrypt_seqno += static_cast<std::uint64_t>(top.batch_records);
  wq_insert_tail(k, wq, top);
  while (*pending != nullptr && (*pending)->seqno == tls.encrypt_seqno) {
    Mbuf& next = **pending;
    *pending = next.stailq_next;
    tls.encrypt_seqno += static_cast<std::uint64_t>(next.batch_records);
    wq_insert_tail(k, wq, next);
    --k.ktls.stats.sw_tx_pending;
  }
  return true;
}

// Counts TLS 1.0 records that are encrypted out of order, which the peer cannot read.
void check_sequence(Kernel& k, KtlsSession& tls, const Mbuf& m) {
  if (tls.version != TlsVersion::tls10 || k.scenario.ktls.sequential_records || !m.in_sockbuf) return;
  if (m.seqno != tls.encrypt_seqno) ++k.ktls.stats.misordered_records;
  tls.encrypt_seqno = m.seqno + 1;
}

// ktls_free of the record's reference; the mbuf no longer belongs to the session.
void release_session(Kernel& k, Mbuf& m) {
  m.holds_session = false;
  ktls_free(k, m.so->tls);
}

}  // namespace

void ktls_init(Kernel& k) {
  if (k.scenario.ktls.mode == KtlsMode::userland) return;
  ktls_buffers_init(k);
  WhatIfParameters what_if = k.scenario.what_if;
  if (!readers::has_kind(k.scenario, DriverKind::qat)) what_if.cap_per_bank = 0;  // there are no banks
  k.ktls.in_flight_matters = what_if.looks_at_in_flight();
  const auto workers = static_cast<int>(k.scenario.workers());
  const auto per_domain = static_cast<int>(k.scenario.cpus_per_domain());
  // A domain without a worker: threads are bound to their CPUs instead.
  k.ktls.bind_threads = k.scenario.ktls.bind_threads;
  if (k.ktls.bind_threads == 2 && workers <= k.scenario.cpus() - per_domain) k.ktls.bind_threads = 1;
  for (int i = 0; i < workers; ++i) {
    KtlsWq& wq = k.ktls.wq.emplace_back();
    wq.index = i;
    wq.thread = &k.sched.create(fmt::format("KTLS/thr_{}", i), ThreadClass::ktls, -1,
                                [&k, &wq] { ktls_work_thread(k, wq); });
    if (k.ktls.bind_threads == 1) k.sched.bind(*wq.thread, {i, 1});
    if (k.ktls.bind_threads == 2) k.sched.bind(*wq.thread, {i / per_domain * per_domain, per_domain});
  }
}

int ktls_get_cpu(const Kernel& k, const Socket& so) {
  const std::int64_t workers = k.scenario.workers();
  const NetworkParameters& network = k.scenario.network;
  const bool known = network.lagg == Lagg::by_domain;  // by_flow leaves numa_domain at -1
  const std::int64_t domain = known ? k.scenario.port_domain(so.flowid) : network.numa_domain;
  if (k.ktls.bind_threads < 2 || domain < 0) return static_cast<int>(so.flowid % workers);
  const std::int64_t first = domain * k.scenario.cpus_per_domain();
  return static_cast<int>(first + so.flowid % std::min(k.scenario.cpus_per_domain(), workers - first));
}

void ktls_enable_tx(Kernel& k, Socket& so) {
  KtlsSession& tls = so.tls;
  const TlsParameters& parameters = k.scenario.tls_of(so.group);
  tls.version = parameters.version;
  tls.cipher = parameters.cipher;
  tls.framing = framing(tls.version, tls.cipher);
  so.lines_in = static_cast<std::uint8_t>(k.numa.port_of(so));
  tls.mode = k.scenario.mode_of(so.group);
  if (tls.mode == KtlsMode::userland) return;
  tls.wq = &k.ktls.wq[static_cast<std::size_t>(ktls_get_cpu(k, so))];
  if (tls.mode == KtlsMode::software) ktls_ocf_try(k, tls);
}

int ktls_frame(Kernel& k, Mbuf& top, Socket& so) {
  int enq_cnt = 0;
  std::uint64_t number = so.tls.next_seqno;
  for (Mbuf* m = &top; m != nullptr; m = m->m_next) {
    k.spend(Function::ktls_frame, ktls_costs(k).ktls_frame_ns.ns());
    frame_record(*m, so);
    if (k.numa.matters()) place_record(k, *m, ++number);
    enq_cnt += m->npgs;
  }
  return enq_cnt;
}

void ktls_seq(Socket& so, Mbuf& top) {
  for (Mbuf* m = &top; m != nullptr; m = m->m_next) {
    m->seqno = ++so.tls.next_seqno;
    m->stays.session = so.index;
    m->stays.number = m->seqno;
  }
}

void ktls_enqueue(Kernel& k, Mbuf& top, Socket& so, int page_count) {
  const Frame frame(k.sched, "ktls_enqueue");
  if (k.scenario.what_if.direct_dispatch && !so.tls.sync_dispatch) {
    k.settle();
    prepare_batch(k, top, page_count);
    ktls_encrypt_async(k, nullptr, top);
    return;
  }
  KtlsWq& wq = *so.tls.wq;
  k.mtx_lock(wq.mtx, k.locks.work_queue);
  k.charge(Function::ktls_enqueue, ktls_costs(k).ktls_enqueue_ns.ns());
  prepare_batch(k, top, page_count);
  bool queued = true;
  if (so.tls.version == TlsVersion::tls10 && k.scenario.ktls.sequential_records)
    queued = enqueue_in_sequence(k, wq, so.tls, top);
  else
    wq_insert_tail(k, wq, top);
  const bool running = wq.running;
  k.mtx_unlock(wq.mtx);
  if (queued && !running) k.wakeup(wq.thread, "-");
}

void ktls_inject(Kernel& k, Mbuf& m, Socket& so) {
  frame_record(m, so);
  if (k.numa.matters()) m.lines_in = m.page_domain = static_cast<std::uint8_t>(k.numa.port_of(so));
  ++so.refs;
  ++k.ktls.batches_outstanding;
  KtlsWq& wq = *so.tls.wq;
  prepare_batch(k, m, m.npgs);
  wq_insert_tail(k, wq, m);
  if (!wq.running && wq.thread->wchan == "-") k.sched.make_runnable(*wq.thread);
}

void ktls_work_thread(Kernel& k, KtlsWq& wq) {
  const Frame frame(k.sched, "ktls_work_thread");
  std::vector<KtlsRx*> receivers;
  for (;;) {
    k.mtx_lock(wq.mtx, k.locks.work_queue);
    while (wq.m_head == nullptr && wq.so_head.empty()) {
      if (wq.running) wq.occupied.add(-1, k.now());
      wq.running = false;
      k.mtx_unlock(wq.mtx);
      if (wq.m_head == nullptr && wq.so_head.empty()) k.sched.sleep("-");
      k.mtx_lock(wq.mtx, k.locks.work_queue);
    }
    if (!wq.running) wq.occupied.add(1, k.now());
    wq.running = true;
    Mbuf* batch = std::exchange(wq.m_head, nullptr);
    if (!wq.so_head.empty()) receivers.swap(wq.so_head);
    wq.m_tail = nullptr;
    k.mtx_unlock(wq.mtx);
    while (batch != nullptr) {
      Mbuf& top = *std::exchange(batch, batch->stailq_next);
      k.spend(Function::ktls_work_thread, ktls_costs(k).ktls_work_thread_ns.ns());
      if (top.so->tls.sync_dispatch)
        ktls_encrypt(k, top);
      else
        ktls_encrypt_async(k, &wq, top);
      --k.ktls.stats.sw_tx_inqueue;
    }
    for (KtlsRx* const rx : receivers) {
      ktls_decrypt(k, *rx);
      --k.ktls.stats.sw_rx_inqueue;
    }
    receivers.clear();
  }
}

Errno ktls_encrypt_record(Kernel& k, Mbuf& m, KtlsOcfEncryptState& state) {
  const Frame frame(k.sched, "ktls_encrypt_record");
  k.recorder.stations.leave(m.stays, Place::work_queue, k.settled_at());
  touch(k, m);
  k.spend(Function::ktls_encrypt_record, ktls_costs(k).ktls_encrypt_record_ns.ns());
  state.m = &m;
  if (m.file_backed) allocate_destination(k, m);
  const Errno error = ktls_ocf_encrypt(k, state);
  if (error != Errno::ok) free_destination(k, m);
  return error;
}

void ktls_finish_nonanon(Kernel& k, Mbuf& m) {
  const Frame frame(k.sched, "ktls_finish_nonanon");
  k.spend(Function::ktls_finish_nonanon, ktls_costs(k).ktls_finish_nonanon_ns.ns());
  k.spend(Function::page_unwire, ktls_costs(k).page_unwire_ns.times(m.npgs));
  m.file_backed = false;
  m.page_domain = m.domain;
}

void ktls_free(Kernel& k, KtlsSession& tls) {
  k.spend(Function::ktls_free, ktls_costs(k).ktls_free_ns.ns());
  if (--tls.refs < 1) throw ModelError("ktls_free: more references dropped than taken");
}

void ktls_encrypt(Kernel& k, Mbuf& top) {
  const Frame frame(k.sched, "ktls_encrypt");
  Socket& so = *top.so;
  const int records = top.batch_records;
  touch(k, so);
  KtlsOcfEncryptState state;
  Errno error = Errno::ok;
  Mbuf* m = &top;
  for (int i = 0; i < records; ++i, m = m->m_next) {
    check_sequence(k, so.tls, *m);
    error = ktls_encrypt_record(k, *m, state);
    if (error != Errno::ok) {
      ++k.ktls.stats.failed_crypto;
      break;
    }
    if (m->file_backed) ktls_finish_nonanon(k, *m);
    release_session(k, *m);
  }
  if (error == Errno::ok) {
    so.proto->pr_ready(so, top, records);
  } else {
    so.proto->pr_abort(so);
    mb_free_notready(k, top, records);
  }
  sorele(k, so, k.ktls.batches_outstanding);
}

void ktls_encrypt_async(Kernel& k, KtlsWq* wq, Mbuf& top) {
  const Frame frame(k.sched, "ktls_encrypt_async");
  Socket& so = *top.so;
  const int records = top.batch_records;
  touch(k, so);
  Mbuf* next = &top;
  // Nothing caps what is outstanding: a sender is held back by its send buffer alone, where records that are not
  // ready count.
  for (int i = 0; i < records; ++i) {
    Mbuf& m = *next;
    next = m.m_next;  // the callback may free the record before the call returns
    if (wq != nullptr) {
      if (k.ktls.in_flight_matters) wait_for_caps(k, *wq, so.tls);
      ++wq->in_flight;
    }
    ++so.tls.in_flight;
    KtlsOcfEncryptState& state = state_alloc(k);
    soref(k, so);
    ++k.ktls.async_outstanding;
    state.wq = wq;
    if (ktls_encrypt_record(k, m, state) != Errno::ok)
      throw ModelError("ktls_encrypt_async: a dispatch failed synchronously, which no driver does");
  }
  // The batch's own reference goes here though its records are still out: each of them holds one.
  sorele(k, so, k.ktls.batches_outstanding);
}

void ktls_encrypt_cb(Kernel& k, KtlsOcfEncryptState& state, Errno error) {
  const Frame frame(k.sched, "ktls_encrypt_cb");
  Mbuf& m = *state.m;
  Socket& so = *m.so;
  touch(k, so);
  touch(k, m);
  k.spend(Function::ktls_encrypt_cb, ktls_costs(k).ktls_encrypt_cb_ns.ns());
  if (m.file_backed) ktls_finish_nonanon(k, m);
  if (k.ktls.in_flight_matters) k.settle();
  --so.tls.in_flight;
  if (state.wq != nullptr) --state.wq->in_flight;
  if (!k.ktls.waiting_for_caps.empty()) wake_for_caps(k);
  state_free(k, state);
  release_session(k, m);
  if (k.scenario.what_if.ready_group_records > 1) {
    ready_in_groups(k, so, m, error);
    return;
  }
  if (error == Errno::ok)
    so.proto->pr_ready(so, m, 1);
  else
    fail_record(k, m);
  sorele(k, so, k.ktls.async_outstanding);
}

void fail_record(Kernel& k, Mbuf& m) {
  ++k.ktls.stats.failed_crypto;
  m.so->proto->pr_abort(*m.so);
  mb_free_notready(k, m, 1);
}

void mb_free_notready(Kernel& k, Mbuf& top, int records) {
  Mbuf* next = &top;
  for (int i = 0; i < records; ++i) {
    Mbuf& m = *next;
    next = m.m_next;
    k.recorder.failed(m.stays, k.settled_at());
    mb_free_extpg(k, m);
  }
}

void mb_free_extpg(Kernel& k, Mbuf& m) {
  const Frame frame(k.sched, "mb_free_extpg");
  touch(k, m);
  k.spend(Function::sbdrop, k.scenario.host.tcp.sbdrop_record_ns.ns());
  k.spend(Function::page_free, k.scenario.host.tcp.page_free_ns.times(m.npgs));
  if (m.file_backed) k.spend(Function::page_unwire, ktls_costs(k).page_unwire_ns.times(m.npgs));
  if (m.holds_session) release_session(k, m);
  free_destination(k, m);
  k.mbufs.put(m);
}

}  // namespace ktlssim
