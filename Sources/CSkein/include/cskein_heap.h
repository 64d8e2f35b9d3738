// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

// Has the C library give back the memory that was freed, when that is `least` bytes or more. glibc keeps it otherwise,
// as long as anything above it is in use; other libraries give it back on their own. May take milliseconds.
void skein_release_free_memory(size_t least);
