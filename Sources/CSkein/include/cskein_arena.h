// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// A bump allocator for one message at a time: everything it handed out is given back at once by a reset.
//
// Each thread has one. A byte limit bounds what hostile input can make it hold. A stack floor bounds how deep a
// recursive decoder can go, because such a decoder allocates on every level.
typedef struct skein_arena {
    char *next;
    char *end;
    struct skein_arena_chunk *chunks;
    size_t held;
    size_t limit;
    uintptr_t stack_floor;
    int failure;
} skein_arena;

enum { SKEIN_ARENA_OK = 0, SKEIN_ARENA_BYTES = 1, SKEIN_ARENA_DEPTH = 2 };

// The calling thread's arena; freed when the thread ends. Running out of memory here ends the process.
skein_arena *skein_arena_current(void);

// Starts a use of the arena: at most `bytes` bytes, and at most `stack` bytes of stack below the caller (0: unlimited).
void skein_arena_begin(skein_arena *arena, size_t bytes, size_t stack);

// Takes everything back. Keeps one chunk, of modest size, for the next use.
void skein_arena_reset(skein_arena *arena);

// A block from a new chunk, or null when the byte limit is reached.
void *skein_arena_grow(skein_arena *arena, size_t size);

// `size` bytes aligned to 8, not zeroed, or null when the byte limit is reached.
static inline void *skein_arena_allocate(skein_arena *arena, size_t size) {
    size_t rounded = (size + 7) & ~(size_t)7;
    if (rounded < size) return NULL;
    if (rounded > (size_t)(arena->end - arena->next)) return skein_arena_grow(arena, rounded);
    void *block = arena->next;
    arena->next += rounded;
    return block;
}

// The arena as an allocator of libprotobuf-c: `arena` is a skein_arena.
void *skein_arena_alloc_callback(void *arena, size_t size);
void skein_arena_free_callback(void *arena, void *block);
