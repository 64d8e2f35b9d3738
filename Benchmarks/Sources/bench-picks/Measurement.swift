// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Nanoseconds of a thread's CPU time for each of `rounds` runs of `body` on each of `threads` threads at once: the best
/// of eighty, since other programs may use the machine.
func measure(threads: Int, rounds: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    (0..<80).map { _ in
        let ready = Atomic<Int>(0)
        let total = Mutex(0.0)
        let started = (0..<threads).map { _ in
            run {
                ready.wrappingAdd(1, ordering: .relaxed)
                while ready.load(ordering: .relaxed) < threads {}
                let start = threadTime()
                body(rounds)
                let elapsed = threadTime() - start
                total.withLock { $0 += elapsed / Double(rounds) }
            }
        }
        for thread in started { pthread_join(thread, nil) }
        return total.withLock { $0 } / Double(threads)
    }.min() ?? 0
}

/// Nanoseconds that the calling thread has run.
private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Runs `body` on a thread of its own.
private func run(_ body: @escaping () -> Void) -> pthread_t {
    final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    #if canImport(Glibc)
        var thread = pthread_t()
    #else
        var thread: pthread_t?
    #endif
    let work = Unmanaged.passRetained(Work(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { argument in
            let argument: UnsafeMutableRawPointer? = argument
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, work)
    #if canImport(Glibc)
        return thread
    #else
        return thread.unsafelyUnwrapped
    #endif
}

/// The file in which a preloaded library (tools/malloc-count.c) counts allocations.
enum AllocationCounter {
    private static let file = getenv("MALLOC_COUNT_FILE").map { open($0, O_RDONLY) } ?? -1

    static func read() -> UInt64? {
        var count: UInt64 = 0
        return pread(file, &count, 8, 0) == 8 ? count : nil
    }
}
