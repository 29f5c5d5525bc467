// The chains of kernel functions that threads have been in: a tree in which a chain is known by the number of its
// last call. Kept only while somebody listens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace ktlssim {

// A place in the tree; kNoCall: in no function yet.
using CallId = std::uint16_t;
inline constexpr CallId kNoCall = 0;

class CallTree {
 public:
  CallTree() { calls_.push_back({}); }

  // The call of `function`, whose name outlives the tree, by `caller`.
  CallId enter(CallId caller, std::string_view function) {
    CallId* next = &calls_[caller].first_callee;
    while (*next != kNoCall && calls_[*next].function != function) next = &calls_[*next].next_callee;
    if (*next != kNoCall) return *next;
    if (calls_.size() > std::numeric_limits<CallId>::max()) throw std::length_error("more chains of calls than a tree holds");
    const auto made = static_cast<CallId>(calls_.size());
    *next = made;
    calls_.push_back({function, caller, kNoCall, kNoCall});
    return made;
  }
  // Where time is that `caller` spends in `function`: the caller itself where it is that function.
  CallId within(CallId caller, std::string_view function) {
    return calls_[caller].function == function ? caller : enter(caller, function);
  }

  CallId caller(CallId call) const { return calls_[call].caller; }
  std::string_view function(CallId call) const { return calls_[call].function; }
  // From the outermost function to `call`.
  std::vector<CallId> chain(CallId call) const {
    std::vector<CallId> calls;
    for (; call != kNoCall; call = calls_[call].caller) calls.insert(calls.begin(), call);
    return calls;
  }

 private:
  struct Call {
    std::string_view function{};
    CallId caller = kNoCall;
    CallId first_callee = kNoCall;
    CallId next_callee = kNoCall;
  };

  std::vector<Call> calls_;
};

}  // namespace ktlssim
