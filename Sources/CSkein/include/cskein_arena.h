// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// A bump allocator for one message at a time: everything it handed out is given back at once by a reset.
//
// Each thread has one. A byte limit bounds what hostile input can make it hold. A stack floor bounds how deep a
// recursive decoder can go, because such a decoder allocates on every level. The allowance, at first as large as the
// byte limit, is what may still be spent on values made from what the arena holds; `bound` is the most bytes that the
// encoding of what it holds can have. The arena only keeps these two.
typedef struct skein_arena {
    char *_Nullable next;
    char *_Nullable end;
    size_t allowance;
    size_t bound;
    struct skein_arena_chunk *_Nullable chunks;
    size_t held;
    size_t limit;
    uintptr_t stack_floor;
    int failure;
} skein_arena;

enum { SKEIN_ARENA_OK = 0, SKEIN_ARENA_BYTES = 1, SKEIN_ARENA_DEPTH = 2 };

// The calling thread's arena; freed when the thread ends. Running out of memory here ends the process.
skein_arena *_Nonnull skein_arena_current(void);

// An arena of one's own, for what takes longer than a use of the thread's may; to be destroyed.
skein_arena *_Nonnull skein_arena_create(void);
void skein_arena_destroy(skein_arena *_Nonnull arena);

// Starts a use of the arena: at most `bytes` bytes, and at most `stack` bytes of stack below the caller (0: unlimited).
void skein_arena_begin(skein_arena *_Nonnull arena, size_t bytes, size_t stack);

// The same of the calling thread's arena, which it returns.
skein_arena *_Nonnull skein_arena_begin_current(size_t bytes, size_t stack);

// Takes everything back. Keeps one chunk, of modest size, for the next use.
void skein_arena_reset(skein_arena *_Nonnull arena);

// A block from a new chunk, or null when the byte limit is reached.
void *_Nullable skein_arena_grow(skein_arena *_Nonnull arena, size_t size);

// `size` bytes aligned to 8, not zeroed, or null when the byte limit is reached.
static inline void *_Nullable skein_arena_allocate(skein_arena *_Nonnull arena, size_t size) {
    size_t rounded = (size + 7) & ~(size_t)7;
    if (rounded < size) return NULL;
    if (rounded > (size_t)(arena->end - arena->next)) return skein_arena_grow(arena, rounded);
    void *block = arena->next;
    arena->next += rounded;
    return block;
}

// The arena as an allocator of libprotobuf-c: `arena` is a skein_arena.
void *_Nullable skein_arena_alloc_callback(void *_Nullable arena, size_t size);
void skein_arena_free_callback(void *_Nullable arena, void *_Nullable block);
