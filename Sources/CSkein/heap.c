// SPDX-License-Identifier: Apache-2.0
#include "cskein_heap.h"

#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

void skein_release_free_memory(size_t least) {
#if __GLIBC_PREREQ(2, 33)
    if (mallinfo2().fordblks < least) return;
#endif
    (void)least;
    malloc_trim(0);
}
#else
void skein_release_free_memory(size_t least) { (void)least; }
#endif
