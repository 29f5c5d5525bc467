// KTLSSIM_ASAN is defined where this is built with AddressSanitizer, which must be told of stack switches.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define KTLSSIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KTLSSIM_ASAN 1
#endif
#endif
