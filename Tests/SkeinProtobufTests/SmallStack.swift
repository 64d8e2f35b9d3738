// SPDX-License-Identifier: Apache-2.0
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs `body` on a thread of its own, with `stack` bytes of stack.
func onThread(stack: Int, _ body: @escaping @Sendable () -> Bool) throws -> Bool {
    final class Work: @unchecked Sendable {  // Owned by one thread at a time.
        let body: @Sendable () -> Bool
        var result = false
        init(_ body: @escaping @Sendable () -> Bool) { self.body = body }
    }
    let work = Work(body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stack)
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
