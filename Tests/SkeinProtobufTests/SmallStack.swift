// SPDX-License-Identifier: Apache-2.0
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs `body` on a thread of its own, with `stack` bytes of stack. Under a sanitizer, whose frames are several times
/// as large, with eight times as many.
func onThread(stack: Int, _ body: @escaping @Sendable () -> Bool) throws -> Bool {
    final class Work: @unchecked Sendable {  // Owned by one thread at a time.
        let body: @Sendable () -> Bool
        var result = false
        init(_ body: @escaping @Sendable () -> Bool) { self.body = body }
    }
    let work = Work(body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    let isSanitized = getenv("SKEIN_SANITIZER") != nil && stack < 1 << 24
    pthread_attr_setstacksize(&attributes, isSanitized ? stack * 8 : stack)
    var thread = pthread_t()
    let created = pthread_create(
        &thread, &attributes,
        { pointer in
            let work = Unmanaged<Work>.fromOpaque(pointer!).takeUnretainedValue()
            work.result = work.body()
            return nil
        }, Unmanaged.passUnretained(work).toOpaque())
    try #require(created == 0)
    pthread_join(thread, nil)
    return work.result
}
