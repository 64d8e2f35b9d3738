// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Options that some builds of libnghttp2 have although their version number says otherwise (distributions backport
// them), and some lack. Each setter returns whether the library in use has the option.

struct nghttp2_option;

bool skein_nghttp2_set_stream_reset_rate_limit(struct nghttp2_option *option, uint64_t burst, uint64_t rate);
bool skein_nghttp2_set_max_continuations(struct nghttp2_option *option, size_t count);

bool skein_nghttp2_has_stream_reset_rate_limit(void);
bool skein_nghttp2_has_max_continuations(void);
