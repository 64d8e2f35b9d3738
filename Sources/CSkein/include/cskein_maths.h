// SPDX-License-Identifier: Apache-2.0
#pragma once

// e to the power of `x`.
static inline float skein_exp(float x) { return __builtin_expf(x); }

// The logarithm of `x` to the base 2.
static inline float skein_log2(float x) { return __builtin_log2f(x); }
