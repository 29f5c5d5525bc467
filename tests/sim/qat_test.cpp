// qat(4): its session's lock at the completion of a request.
#include "sim/drivers/qat.hpp"

#include <gtest/gtest.h>

#include "sim/kernel/kernel.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

std::int64_t called_back_at = 0;
void called_back(Kernel& k, Cryptop&) { called_back_at = k.now().count(); }

// A request takes 500 ns. Meanwhile its sender holds the lock of this or of another session for 5000 ns.
void hold(bool same_session, std::int64_t callback_ns, std::int64_t contested) {
  Scenario s = ideal_qat();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(500);
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    const auto qat = make_qat(k, s.driver, 0);
    k.drivers.push_back(qat.get());
    CryptoSession session;
    CryptoSession other;
    Cryptop crp;
    crp.ses = &session;
    crp.cb_mbuf = &k.mbufs.get();
    crp.crp_callback = called_back;
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      crypto_newsession(k, session, Algorithm::aes_128_gcm);
      crypto_dispatch(k, crp);
      Mutex& lock = (same_session ? session : other).lock;
      k.mtx_lock(lock, k.locks.driver_session);
      k.charge(Function::crypto_process, Time{5000});
      k.mtx_unlock(lock);
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{1'000'000});
    EXPECT_EQ(called_back_at, callback_ns);
    EXPECT_EQ(k.locks.driver_session.contested, contested);
  });
}

TEST(QatCompletion, takes_the_lock_of_its_session_and_waits_for_who_has_it) {
  hold(true, 5000, 1);
  hold(false, 500, 0);
}

}  // namespace
}  // namespace ktlssim
