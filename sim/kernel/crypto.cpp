#include "sim/kernel/crypto.hpp"

#include "sim/drivers/driver.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

void crypto_dispatch(Kernel& k, Cryptop& crp) {
  k.charge(Function::crypto_dispatch, k.scenario.host.opencrypto.crypto_dispatch_ns.ns());
  k.recorder.stations.enter(crp.cb_mbuf->stays, Place::ocf, k.now());
  crp.fault = k.faults.next_fails(k.now());
  k.driver->process(crp);
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
