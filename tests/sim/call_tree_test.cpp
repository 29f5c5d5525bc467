#include "sim/measure/call_tree.hpp"

#include <gtest/gtest.h>

namespace ktlssim {
namespace {

TEST(CallTree, a_chain_is_found_again_and_another_caller_makes_another) {
  CallTree calls;
  const CallId work = calls.enter(kNoCall, "ktls_work_thread");
  const CallId encrypt = calls.enter(work, "ktls_encrypt");
  EXPECT_EQ(calls.enter(calls.enter(kNoCall, "ktls_work_thread"), "ktls_encrypt"), encrypt);
  EXPECT_NE(calls.enter(calls.enter(work, "ktls_encrypt_async"), "ktls_encrypt"), encrypt);
  EXPECT_EQ(calls.caller(encrypt), work);
  EXPECT_EQ(calls.chain(encrypt), (std::vector<CallId>{work, encrypt}));
  EXPECT_TRUE(calls.chain(kNoCall).empty());
}

TEST(CallTree, time_in_the_function_that_is_called_is_its_own) {
  CallTree calls;
  const CallId output = calls.enter(kNoCall, "tcp_output");
  EXPECT_EQ(calls.within(output, "tcp_output"), output);
  EXPECT_NE(calls.within(output, "mtx_spin"), output);
  EXPECT_EQ(calls.function(calls.within(output, "mtx_spin")), "mtx_spin");
}

}  // namespace
}  // namespace ktlssim
