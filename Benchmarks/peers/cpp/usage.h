// SPDX-License-Identifier: Apache-2.0
// What both programs share: the CPU used so far and options of the form `--name number`.

#pragma once

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

// User and system seconds of this process.
inline double CPUSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// The number after `name`, or `fallback` when `name` is absent.
inline long Option(int argc, char** argv, const char* name, long fallback) {
    for (int i = 1; i < argc; i++) {
        if (std::strcmp(argv[i], name) != 0) continue;
        char* end = nullptr;
        long value = i + 1 < argc ? std::strtol(argv[i + 1], &end, 10) : -1;
        if (end && *end == 0 && value >= 0) return value;
        std::fprintf(stderr, "option %s needs a number\n", name);
        std::exit(2);
    }
    return fallback;
}
