#include "sim/kernel/uipc_ktls_memory.hpp"

#include <algorithm>
#include <array>

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

const KtlsCosts& costs(const Kernel& k) { return k.scenario.host.ktls; }

bool uses_uma(const Kernel& k) { return k.scenario.what_if.state_allocator == StateAllocator::uma; }

// malloc(9)'s bins on amd64.
std::int64_t malloc_bin(std::int64_t bytes) {
  constexpr std::array<std::int64_t, 13> kBins{16,   32,   64,   128,  256,   384,  512,
                                               1024, 2048, 4096, 8192, 16384, 32768};
  const auto* bin = std::find_if(kBins.begin(), kBins.end(), [bytes](std::int64_t b) { return b >= bytes; });
  return bin == kBins.end() ? pages_of(bytes) * kPageBytes : *bin;
}

}  // namespace

std::int64_t state_bytes(const Kernel& k) {
  const std::int64_t bytes = k.scenario.ktls.state_bytes;
  return uses_uma(k) ? (bytes + 7) / 8 * 8 : malloc_bin(bytes);
}

KtlsOcfEncryptState& state_alloc(Kernel& k) {
  k.charge(Function::malloc, (uses_uma(k) ? costs(k).state_uma_alloc_ns : costs(k).state_alloc_ns).ns());
  k.recorder.states.add(1, k.now());
  Ktls& ktls = k.ktls;
  if (ktls.free_states == nullptr) return *ktls.states.emplace_back(std::make_unique<KtlsOcfEncryptState>());
  KtlsOcfEncryptState& state = *ktls.free_states;
  ktls.free_states = state.next_free;
  return state;
}

void state_free(Kernel& k, KtlsOcfEncryptState& state) {
  k.charge(Function::free, (uses_uma(k) ? costs(k).state_uma_free_ns : costs(k).state_free_ns).ns());
  k.recorder.states.add(-1, k.now());
  state.next_free = k.ktls.free_states;
  k.ktls.free_states = &state;
}

void allocate_destination(Kernel& k, Mbuf& m) {
  if (k.scenario.ktls.sw_buffer_cache && m.npgs > 2) {
    k.charge(Function::ktls_buffer_alloc, costs(k).ktls_buffer_alloc_ns.ns());
    m.destination = DestinationBuffer::contiguous;
    k.recorder.buffer_bytes.add(kTlsMaxPayloadBytes, k.now());
  } else {
    k.charge(Function::vm_page_alloc, costs(k).vm_page_alloc_ns.times(m.npgs));
    m.destination = DestinationBuffer::pages;
    k.recorder.buffer_bytes.add(m.npgs * kPageBytes, k.now());
  }
}

void free_destination(Kernel& k, Mbuf& m) {
  if (m.destination == DestinationBuffer::contiguous)
    k.recorder.buffer_bytes.add(-kTlsMaxPayloadBytes, k.now());
  if (m.destination == DestinationBuffer::pages) k.recorder.buffer_bytes.add(-m.npgs * kPageBytes, k.now());
  m.destination = DestinationBuffer::none;
}

}  // namespace ktlssim
