// SPDX-License-Identifier: Apache-2.0
#include "cskein_nghttp2.h"

#if defined(__ELF__)
// A weak reference is null when the library that is loaded does not define it.
extern void nghttp2_option_set_stream_reset_rate_limit(struct nghttp2_option *, uint64_t, uint64_t)
    __attribute__((weak));
extern void nghttp2_option_set_max_continuations(struct nghttp2_option *, size_t) __attribute__((weak));

bool skein_nghttp2_has_stream_reset_rate_limit(void) { return nghttp2_option_set_stream_reset_rate_limit != NULL; }
bool skein_nghttp2_has_max_continuations(void) { return nghttp2_option_set_max_continuations != NULL; }
#else
#if __has_include(<nghttp2/nghttp2.h>)
#include <nghttp2/nghttp2.h>
#else
#define NGHTTP2_VERSION_NUM 0
#endif

bool skein_nghttp2_has_stream_reset_rate_limit(void) { return NGHTTP2_VERSION_NUM >= 0x013900; }
bool skein_nghttp2_has_max_continuations(void) { return NGHTTP2_VERSION_NUM >= 0x013d00; }
#endif

bool skein_nghttp2_set_stream_reset_rate_limit(struct nghttp2_option *option, uint64_t burst, uint64_t rate) {
    if (!skein_nghttp2_has_stream_reset_rate_limit()) return false;
#if defined(__ELF__) || NGHTTP2_VERSION_NUM >= 0x013900
    nghttp2_option_set_stream_reset_rate_limit(option, burst, rate);
#endif
    return true;
}

bool skein_nghttp2_set_max_continuations(struct nghttp2_option *option, size_t count) {
    if (!skein_nghttp2_has_max_continuations()) return false;
#if defined(__ELF__) || NGHTTP2_VERSION_NUM >= 0x013d00
    nghttp2_option_set_max_continuations(option, count);
#endif
    return true;
}
