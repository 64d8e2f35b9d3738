// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cskein_arena.h"
#include "cskein_clock.h"
#include "cskein_heap.h"
#include "cskein_maths.h"
#include "cskein_nghttp2.h"
#include "cskein_stripe.h"
#include "cskein_text.h"
