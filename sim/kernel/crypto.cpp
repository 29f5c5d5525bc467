#include "sim/kernel/crypto.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/readers.hpp"
#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

const OpencryptoCosts& opencrypto_costs(const Kernel& k) { return k.scenario.host.opencrypto; }

bool unregistered(const Kernel& k, const Driver& driver) {
  return k.faults.driver_unloaded(k.now()) && &driver == k.drivers.front();
}

[[noreturn]] void crypto_ret_proc(Kernel& k, CryptoRetWorker& worker) {
  const Frame frame(k.sched, "crypto_ret_proc");
  for (;;) {
    k.mtx_lock(worker.lock, k.locks.crypto_queue);
    while (worker.crp_ret_q.empty()) {
      k.mtx_unlock(worker.lock);
      if (worker.crp_ret_q.empty()) k.sched.sleep("crypto_ret_wait");
      k.mtx_lock(worker.lock, k.locks.crypto_queue);
    }
    k.charge(Function::crypto_ret_proc, opencrypto_costs(k).crypto_ret_ns.ns());
    Cryptop& crp = *worker.crp_ret_q.front();
    worker.crp_ret_q.pop_front();
    k.mtx_unlock(worker.lock);
    crp.crp_callback(k, crp);
  }
}

// The dispatch thread: offers queued requests to their drivers, one driver that has no room left out until it
// says crypto_unblock.
[[noreturn]] void crypto_proc(Kernel& k) {
  const Frame frame(k.sched, "crypto_proc");
  Opencrypto& ocf = k.opencrypto;
  const auto next = [&ocf] {
    return std::ranges::find_if(ocf.crp_q, [](const Cryptop* crp) { return !crp->ses->driver->qblocked; });
  };
  for (;;) {
    while (next() == ocf.crp_q.end()) k.sched.sleep("crypto_wait");
    k.mtx_lock(ocf.q_lock, k.locks.crypto_queue);
    k.charge(Function::crypto_proc, opencrypto_costs(k).crypto_ret_ns.ns());
    const auto found = next();
    Cryptop* const crp = found == ocf.crp_q.end() ? nullptr : *found;
    if (crp != nullptr) ocf.crp_q.erase(found);
    k.mtx_unlock(ocf.q_lock);
    if (crp == nullptr) continue;
    Driver& driver = *crp->ses->driver;
    driver.qblocked = true;  // before the call, lest a completion during it goes unheard
    if (driver.process(*crp) == Errno::erestart) {
      ++ocf.blocks;
      ocf.crp_q.push_front(crp);
    } else {
      driver.qblocked = false;
    }
  }
}

}  // namespace

void crypto_newsession(Kernel& k, CryptoSession& ses, Algorithm algorithm, bool software) {
  Driver* best = nullptr;
  for (Driver* const driver : k.drivers) {
    if (unregistered(k, *driver)) continue;
    if (!driver->profile().cost(algorithm).supported) continue;
    if (driver->profile().traits().encrypts_in_nic || (software && !driver->sync())) continue;
    const int difference =
        best == nullptr ? 1 : driver->profile().traits().probe_value - best->profile().traits().probe_value;
    if (difference > 0 || (difference == 0 && driver->sessions() < best->sessions())) best = driver;
  }
  if (best == nullptr) throw ModelError("crypto_newsession: no driver takes the algorithm");
  ses.driver = best;
  ses.algorithm = algorithm;
  ses.id = k.opencrypto.sessions++;
  best->newsession(ses);
}

void crypto_dispatch(Kernel& k, Cryptop& crp) {
  const Frame frame(k.sched, "crypto_dispatch");
  k.charge(Function::crypto_dispatch, opencrypto_costs(k).crypto_dispatch_ns.ns());
  k.recorder.stations.enter(crp.cb_mbuf->stays, Place::ocf, k.now());
  crp.fault = k.faults.next_fails(k.now());
  Driver& driver = *crp.ses->driver;
  if (unregistered(k, driver)) {  // the session moves, and the request is to be submitted again
    crypto_newsession(k, *crp.ses, crp.ses->algorithm);
    crp.crp_etype = Errno::eagain;
    crypto_done(k, crp);
    return;
  }
  if (!driver.qblocked && driver.process(crp) != Errno::erestart) return;
  Opencrypto& ocf = k.opencrypto;
  k.mtx_lock(ocf.q_lock, k.locks.crypto_queue);
  k.charge(Function::crypto_proc, opencrypto_costs(k).crypto_ret_ns.ns());
  ocf.crp_q.push_back(&crp);
  k.mtx_unlock(ocf.q_lock);
  if (ocf.dispatch_thread->wchan == "crypto_wait") k.wakeup(ocf.dispatch_thread, "crypto_wait");
}

void crypto_done(Kernel& k, Cryptop& crp) {
  const Frame frame(k.sched, "crypto_done");
  k.charge(Function::crypto_done, opencrypto_costs(k).crypto_done_ns.ns());
  if (crp.done) throw ModelError("crypto_done: a request was completed twice");
  crp.done = true;
  if (crp.fault && crp.crp_etype == Errno::ok) crp.crp_etype = Errno::eio;
  k.recorder.stations.leave(crp.cb_mbuf->stays, Place::completion_queue, k.now());
  k.recorder.stations.leave(crp.cb_mbuf->stays, Place::ocf, k.now());
  auto& workers = k.opencrypto.ret_workers;
  if (workers.empty() || crp.ses->driver->sync()) {
    crp.crp_callback(k, crp);
    return;
  }
  CryptoRetWorker& worker = workers[crp.ses->id % workers.size()];
  k.mtx_lock(worker.lock, k.locks.crypto_queue);
  k.charge(Function::crypto_ret_proc, opencrypto_costs(k).crypto_ret_ns.ns());
  const bool was_empty = worker.crp_ret_q.empty();
  worker.crp_ret_q.push_back(&crp);
  k.mtx_unlock(worker.lock);
  if (was_empty) k.wakeup(worker.thread, "crypto_ret_wait");
}

void crypto_unblock(Kernel& k, Driver& driver) {
  if (!driver.qblocked) return;
  driver.qblocked = false;
  k.wakeup(k.opencrypto.dispatch_thread, "crypto_wait");
}

void crypto_init(Kernel& k) {
  Opencrypto& ocf = k.opencrypto;
  // Nobody would ever wake those threads where no driver has use for them.
  const std::int64_t return_workers =
      readers::async_driver(k.scenario) ? k.scenario.what_if.return_workers : 0;
  for (std::int64_t i = 0; i < return_workers; ++i) {
    CryptoRetWorker& worker = ocf.ret_workers.emplace_back();
    worker.thread = &k.sched.create(
        fmt::format("crypto returns {}", i), ThreadClass::crypto, -1,
        [&k, &worker] { crypto_ret_proc(k, worker); }, "crypto_ret_wait");
  }
  if (k.scenario.what_if.requeue_when_full && readers::has_kind(k.scenario, DriverKind::qat))
    ocf.dispatch_thread = &k.sched.create(
        "crypto", ThreadClass::crypto, -1, [&k] { crypto_proc(k); }, "crypto_wait");
}

}  // namespace ktlssim
