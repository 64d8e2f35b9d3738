// SPDX-License-Identifier: Apache-2.0
// Lets ThreadSanitizer see the locking of Swift's Mutex. Its fast path is compiled into our modules and seen; the slow
// path, taken when threads meet, is in a library that is not built for ThreadSanitizer. It is called through here, where
// the sanitizer is told of it.
#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void skein_test_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void skein_test_unlock(SELF) __asm__(UNLOCK);

SWIFT void skein_test_lock(uint32_t thread, SELF) {
    SWIFT void (*lock)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK);
    lock(thread, self);
    __tsan_acquire(self);
}

SWIFT void skein_test_unlock(SELF) {
    SWIFT void (*unlock)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK);
    __tsan_release(self);
    unlock(self);
}
#endif
#endif
