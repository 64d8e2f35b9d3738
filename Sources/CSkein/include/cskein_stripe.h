// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One line of cache per thread that picks. A thread takes one at its first pick and returns it when it ends; stripes
// are never freed, so a publisher may look at every stripe that ever was without a lock.
//
// The sequence is even while its thread is outside of a pick and odd inside. A publisher that has swapped a pointer
// and then finds a stripe even, or later finds it changed, knows that this thread no longer reads what was swapped out.
typedef struct skein_stripe {
    _Alignas(64) _Atomic(uint64_t) sequence;
    struct skein_stripe *next;
    uint64_t random;
    uint32_t index;
    _Atomic(bool) taken;
} skein_stripe;

extern _Thread_local skein_stripe *skein_stripe_mine;
skein_stripe *skein_stripe_take(void);

// The calling thread's stripe. Never null: running out of memory here ends the process, as it does in Swift.
static inline skein_stripe *skein_stripe_current(void) {
    return skein_stripe_mine != NULL ? skein_stripe_mine : skein_stripe_take();
}

// The newest stripe; older ones follow by skein_stripe_next until null.
skein_stripe *skein_stripe_first(void);

// How many stripes there are; their indices are below it.
uint32_t skein_stripe_count(void);

static inline skein_stripe *skein_stripe_next(const skein_stripe *stripe) { return stripe->next; }

static inline uint32_t skein_stripe_index(const skein_stripe *stripe) { return stripe->index; }

// Starts a reading section and returns true. Inside of one, returns false: the outer section protects the inner one,
// which must not call skein_stripe_exit.
static inline bool skein_stripe_enter(skein_stripe *stripe) {
    uint64_t sequence = atomic_load_explicit(&stripe->sequence, memory_order_relaxed);
    if (sequence & 1) return false;
    atomic_store_explicit(&stripe->sequence, sequence + 1, memory_order_seq_cst);
    return true;
}

static inline void skein_stripe_exit(skein_stripe *stripe) {
    uint64_t sequence = atomic_load_explicit(&stripe->sequence, memory_order_relaxed);
    atomic_store_explicit(&stripe->sequence, sequence + 1, memory_order_release);
}

// For the publisher: ordered after its swap and before everything it frees.
static inline uint64_t skein_stripe_sequence(skein_stripe *stripe) {
    return atomic_load_explicit(&stripe->sequence, memory_order_seq_cst);
}

// The next number of the calling thread's generator (SplitMix64).
static inline uint64_t skein_stripe_random(skein_stripe *stripe) {
    uint64_t z = stripe->random += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}
