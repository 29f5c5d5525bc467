#include "sim/kernel/crypto.hpp"

#include "sim/drivers/driver.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

void crypto_newsession(Kernel& k, CryptoSession& ses, Algorithm algorithm) {
  Driver* best = nullptr;
  for (Driver* const driver : k.drivers) {
    if (!driver->profile().cost(algorithm).supported) continue;
    const int difference =
        best == nullptr ? 1 : driver->profile().probe_value() - best->profile().probe_value();
    if (difference > 0 || (difference == 0 && driver->sessions() < best->sessions())) best = driver;
  }
  if (best == nullptr) throw ModelError("crypto_newsession: no driver takes the algorithm");
  ses.driver = best;
  ses.algorithm = algorithm;
  best->newsession(ses);
}

void crypto_dispatch(Kernel& k, Cryptop& crp) {
  k.charge(Function::crypto_dispatch, k.scenario.host.opencrypto.crypto_dispatch_ns.ns());
  k.recorder.stations.enter(crp.cb_mbuf->stays, Place::ocf, k.now());
  crp.fault = k.faults.next_fails(k.now());
  crp.ses->driver->process(crp);
}

void crypto_done(Kernel& k, Cryptop& crp) {
  k.charge(Function::crypto_done, k.scenario.host.opencrypto.crypto_done_ns.ns());
  if (crp.done) throw ModelError("crypto_done: a request was completed twice");
  crp.done = true;
  if (crp.fault && crp.crp_etype == Errno::ok) crp.crp_etype = Errno::eio;
  k.recorder.stations.leave(crp.cb_mbuf->stays, Place::ocf, k.now());
  crp.crp_callback(k, crp);
}

}  // namespace ktlssim
