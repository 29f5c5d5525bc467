// The receiving end of a loopback connection: KTLS receive, and the window that it offers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/drivers/software.hpp"
#include "sim/kernel/ktls_rx.hpp"
#include "sim/kernel/tcp.hpp"
#include "sim/network/loopback.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// What a reader is told, and when.
class Told final : public KtlsRxReader {
 public:
  struct Call {
    std::string what;
    std::int64_t wire_bytes;
    std::int64_t at_ns;
    bool operator==(const Call&) const = default;
  };

  explicit Told(Kernel& kernel) : kernel_(kernel) {}
  void decrypted(KtlsRx&, std::int64_t wire_bytes) override { note("decrypted", wire_bytes); }
  void bad_record(KtlsRx&, std::int64_t wire_bytes) override { note("bad", wire_bytes); }

  std::vector<Call> calls;

 private:
  void note(const char* what, std::int64_t wire_bytes) {
    calls.push_back({what, wire_bytes, kernel_.now().count()});
  }
  Kernel& kernel_;
};

// One pass over records of 1000 bytes on the wire, of which `arrived` bytes are there; decryption takes 2 us.
std::vector<Told::Call> one_pass(std::int64_t arrived, std::int64_t every_nth_fails) {
  Scenario s = ideal_scenario();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
  s.faults.every_nth = every_nth_fails;
  std::vector<Told::Call> calls;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    const auto driver = make_software(k, s.driver, 0);
    k.drivers.push_back(driver.get());
    Told told(k);
    Socket so;
    so.tls.framing = framing(TlsVersion::tls12, Cipher::aes_128_gcm);
    KtlsRx rx;
    rx.reader = &told;
    rx.records = {1000, 1000, 1000, 1000};
    rx.encrypted_bytes = arrived;
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      ktls_enable_rx(k, rx, so);
      ktls_decrypt(k, rx);
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{1'000'000});
    EXPECT_EQ(rx.encrypted_bytes, arrived % 1000);
    calls = told.calls;
  });
  return calls;
}

using Calls = std::vector<Told::Call>;

TEST(KtlsDecrypt, tells_the_reader_once_of_all_whole_records_there_are) {
  EXPECT_EQ(one_pass(3500, 0), Calls({{"decrypted", 3000, 6000}}));
  EXPECT_EQ(one_pass(999, 0), Calls({}));
}

TEST(KtlsDecrypt, tells_of_a_bad_record_at_once_and_goes_on) {
  EXPECT_EQ(one_pass(3500, 2), Calls({{"bad", 1000, 4000}, {"decrypted", 2000, 6000}}));
  EXPECT_EQ(one_pass(2000, 1), Calls({{"bad", 1000, 2000}, {"bad", 1000, 4000}}));
}

TEST(KtlsDecrypt, a_bad_record_is_a_read_that_fails_with_ebadmsg) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 1;
  s.network.kind = NetworkKind::loopback;
  s.network.receiver = ReceiverKind::ktls_rx;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(20000);
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 20;
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "ktlssim.ebadmsg_reads"), 0);
  s.faults.every_nth = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // A failed encryption ends the connection, a failed decryption does not.
  EXPECT_EQ(counter(result, "ktlssim.so_error_eio"), 1);
  EXPECT_EQ(counter(result, "ktlssim.ebadmsg_reads") + counter(result, "ktlssim.so_error_eio"),
            (counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts")) / 100);
}

// What one connection sends arrives before the application has read anything, which then takes a millisecond a
// read of up to 16 413 bytes. The edge of the window that the sender knows of, in the middle of each millisecond.
std::vector<std::int64_t> window_edges(std::int64_t buffer_bytes, std::int64_t sent_bytes, int milliseconds) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.host.loopback.soreceive_ns = q(1e6);
  s.network.kind = NetworkKind::loopback;
  s.network.receive_buffer_bytes = buffer_bytes;
  s.workload.sessions = 1;
  std::vector<std::int64_t> edges;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    Loopback network(k);
    k.network = &network;
    Tcp tcp(k);
    Socket& so = k.sockets.emplace_back();
    so.proto = &tcp;
    so.tls.framing = framing(TlsVersion::tls12, Cipher::aes_128_gcm);
    network.attach(so);
    so.so_snd.sb_hiwat = so.so_snd.sb_ccc = so.so_snd.sb_acc = so.snd_nxt = so.tp->snd_max = sent_bytes;
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      for (std::int64_t from = 0; from < sent_bytes; from += k.segments.payload_bytes)
        network.if_output(so, from, std::min(k.segments.payload_bytes, sent_bytes - from));
      k.sched.sleep("-");
    }));
    for (int i = 0; i < milliseconds; ++i) {
      k.executive.run_until(Time{1'000'000 * i + 500'000});
      edges.push_back(so.snd_wnd_edge);
    }
  });
  return edges;
}

// How many reads it takes until a window update, and by how much the window's edge then moves.
std::pair<int, std::int64_t> first_update(std::int64_t buffer_bytes, std::int64_t sent_bytes) {
  const std::vector<std::int64_t> edges = window_edges(buffer_bytes, sent_bytes, 30);
  EXPECT_EQ(edges.front(), buffer_bytes);  // all acknowledgements came before the first read
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (edges[i] > edges.front()) return {static_cast<int>(i), edges[i] - edges.front()};
  return {0, 0};
}

using Update = std::pair<int, std::int64_t>;

TEST(WindowUpdate, is_sent_when_a_quarter_of_a_large_buffer_has_been_read) {
  // 16 x 16 413 = 262 608 bytes, and a quarter of a megabyte is 262 144.
  EXPECT_EQ(first_update(1 << 20, 32 * 16332), Update(16, 262608));
}

TEST(WindowUpdate, of_less_than_two_segments_is_sent_for_half_the_buffer_only) {
  // One segment of 16 332 bytes, which no acknowledgement has told of yet.
  EXPECT_EQ(first_update(32664, 16332), Update(1, 16332));
  EXPECT_EQ(first_update(32665, 16332), Update(0, 0));
}

TEST(WindowUpdate, of_a_small_buffer_is_sent_at_two_segments) {
  // 2 x 16 413 = 32 826 bytes, and two segments are 2 x 16 344 = 32 688; eight of them are 130 752.
  EXPECT_EQ(first_update(130000, 6 * 16332), Update(2, 32826));
  EXPECT_EQ(first_update(140000, 6 * 16332), Update(3, 49239));  // a quarter is 35 000
}

TEST(WindowUpdate, is_sent_at_two_segments_where_an_eighth_or_less_was_left) {
  // 298 976 bytes are there. Two reads leave a window of 33 850 bytes, and an eighth of 300 000 is 37 500.
  EXPECT_EQ(first_update(300000, 18 * 16332 + 5000), Update(2, 32826));
  // 163 320 leave one of 169 506: there it is a quarter, 75 000 bytes, that is waited for.
  EXPECT_EQ(first_update(300000, 10 * 16332), Update(5, 82065));
}

}  // namespace
}  // namespace ktlssim
