// SPDX-License-Identifier: Apache-2.0
#include "cskein_arena.h"
#include <pthread.h>
#include <stdlib.h>

// Chunks double from the first size to the largest; a larger one holds a single block and is not kept.
enum { FIRST_CHUNK = 16 << 10, LARGEST_CHUNK = 1 << 20 };

typedef struct skein_arena_chunk {
    struct skein_arena_chunk *next;
    size_t size;
} chunk;

static _Thread_local skein_arena *current;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_chunks(chunk *first) {
    while (first) {
        chunk *next = first->next;
        free(first);
        first = next;
    }
}

skein_arena *skein_arena_create(void) {
    skein_arena *arena = calloc(1, sizeof *arena);
    if (!arena) abort();
    return arena;
}

void skein_arena_destroy(skein_arena *arena) {
    free_chunks(arena->chunks);
    free(arena);
}

static void destroy_current(void *pointer) {
    skein_arena_destroy(pointer);
    current = NULL;
}

static void make_key(void) {
    if (pthread_key_create(&key, destroy_current) != 0) abort();
}

static skein_arena *make_current(void) {
    pthread_once(&once, make_key);
    skein_arena *arena = skein_arena_create();
    if (pthread_setspecific(key, arena) != 0) abort();
    return current = arena;
}

skein_arena *skein_arena_current(void) { return __builtin_expect(current != NULL, 1) ? current : make_current(); }

void skein_arena_begin(skein_arena *arena, size_t bytes, size_t stack) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    arena->limit = bytes;
    arena->allowance = bytes;
    arena->bound = 0;
    arena->stack_floor = stack > 0 && here > stack ? here - stack : 0;
    arena->failure = SKEIN_ARENA_OK;
}

skein_arena *skein_arena_begin_current(size_t bytes, size_t stack) {
    skein_arena *arena = skein_arena_current();
    skein_arena_begin(arena, bytes, stack);
    return arena;
}

void skein_arena_reset(skein_arena *arena) {
    chunk *kept = arena->chunks;
    while (kept && kept->size > LARGEST_CHUNK) {
        chunk *next = kept->next;
        free(kept);
        kept = next;
    }
    arena->chunks = kept;
    arena->held = kept ? kept->size : 0;
    arena->next = kept ? (char *)(kept + 1) : NULL;
    arena->end = kept ? (char *)kept + kept->size : NULL;
    if (!kept) return;
    free_chunks(kept->next);
    kept->next = NULL;
}

void *skein_arena_grow(skein_arena *arena, size_t size) {
    size_t wanted = arena->chunks ? arena->chunks->size * 2 : FIRST_CHUNK;
    size_t needed = size + sizeof(chunk);
    size_t room = arena->limit > arena->held ? arena->limit - arena->held : 0;
    if (wanted > LARGEST_CHUNK) wanted = LARGEST_CHUNK;
    if (wanted < needed || wanted > room) wanted = needed;
    chunk *added = needed < size || needed > room ? NULL : malloc(wanted);
    if (!added) {
        arena->failure = SKEIN_ARENA_BYTES;
        return NULL;
    }
    *added = (chunk){.next = arena->chunks, .size = wanted};
    arena->chunks = added;
    arena->held += wanted;
    arena->next = (char *)(added + 1) + size;
    arena->end = (char *)added + wanted;
    return added + 1;
}

void *skein_arena_alloc_callback(void *arena, size_t size) {
    skein_arena *self = arena;
    if (__builtin_expect((uintptr_t)__builtin_frame_address(0) < self->stack_floor, 0)) {
        self->failure = SKEIN_ARENA_DEPTH;
        return NULL;
    }
    return skein_arena_allocate(self, size);
}

void skein_arena_free_callback(void *arena, void *block) {
    (void)arena;
    (void)block;
}
