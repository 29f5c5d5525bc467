// The entry of libFuzzer: docs in tests/fuzz/README.md.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ktlssim::read_everything({reinterpret_cast<const char*>(data), size});
  return 0;
}
