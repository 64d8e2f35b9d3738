// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t skein_load_word(const char *_Nonnull bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

// Whether no byte has its highest bit set.
static inline bool skein_is_ascii(const void *_Nonnull start, size_t count) {
    const char *bytes = start;
    uint64_t bits = 0;
    size_t offset = 0;
    for (; offset + 32 <= count; offset += 32)
        bits |= skein_load_word(bytes + offset) | skein_load_word(bytes + offset + 8) |
                skein_load_word(bytes + offset + 16) | skein_load_word(bytes + offset + 24);
    for (; offset + 8 <= count; offset += 8) bits |= skein_load_word(bytes + offset);
    if (offset < count && count >= 8) return !((bits | skein_load_word(bytes + count - 8)) & 0x8080808080808080);
    for (; offset < count; offset++) bits |= (uint8_t)bytes[offset];
    return !(bits & 0x8080808080808080);
}
