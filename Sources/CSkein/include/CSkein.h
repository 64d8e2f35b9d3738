// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __has_include("cskein_nghttp2.h")
#include "cskein_nghttp2.h"
#endif
#if __has_include("cskein_arena.h")
#include "cskein_arena.h"
#endif
#if __has_include("cskein_stripe.h")
#include "cskein_stripe.h"
#endif
