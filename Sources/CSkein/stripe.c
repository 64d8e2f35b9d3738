// SPDX-License-Identifier: Apache-2.0
#include "cskein_stripe.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

_Thread_local skein_stripe *skein_stripe_mine;
static _Atomic(skein_stripe *) newest;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

// A destructor that runs after this one may pick again: it then takes a stripe anew and this runs once more.
static void give_back(void *stripe) {
    skein_stripe_mine = NULL;
    atomic_store_explicit(&((skein_stripe *)stripe)->taken, false, memory_order_release);
}

static void make_key(void) {
    if (pthread_key_create(&key, give_back) != 0) abort();
}

static skein_stripe *take_returned(void) {
    for (skein_stripe *stripe = skein_stripe_first(); stripe != NULL; stripe = stripe->next) {
        bool free = false;
        if (atomic_compare_exchange_strong(&stripe->taken, &free, true)) return stripe;
    }
    return NULL;
}

static skein_stripe *add(void) {
    skein_stripe *stripe = aligned_alloc(_Alignof(skein_stripe), sizeof(skein_stripe));
    if (stripe == NULL) abort();
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    atomic_init(&stripe->sequence, 0);
    atomic_init(&stripe->taken, true);
    stripe->random = ((uint64_t)now.tv_sec << 32) ^ (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)stripe << 16;
    // Sequentially consistent: a publisher that does not see this stripe swapped its pointer before the first pick.
    skein_stripe *head = atomic_load(&newest);
    do {
        stripe->next = head;
        stripe->index = head == NULL ? 0 : head->index + 1;
    } while (!atomic_compare_exchange_weak(&newest, &head, stripe));
    return stripe;
}

skein_stripe *skein_stripe_take(void) {
    pthread_once(&once, make_key);
    skein_stripe *stripe = take_returned();
    if (stripe == NULL) stripe = add();
    if (pthread_setspecific(key, stripe) != 0) abort();
    return skein_stripe_mine = stripe;
}

skein_stripe *skein_stripe_first(void) { return atomic_load(&newest); }

uint32_t skein_stripe_count(void) {
    skein_stripe *head = skein_stripe_first();
    return head == NULL ? 0 : head->index + 1;
}
