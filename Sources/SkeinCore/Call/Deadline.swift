// SPDX-License-Identifier: Apache-2.0

/// The instant by which a call must have ended.
public struct Deadline: Sendable, Hashable {
    public var instant: ContinuousClock.Instant

    public init(_ instant: ContinuousClock.Instant) { self.instant = instant }

    public static func after(_ timeout: Duration) -> Deadline { Deadline(.now + timeout) }

    /// The time left; negative once passed.
    public var remaining: Duration { instant - .now }
    public var hasPassed: Bool { remaining <= .zero }

    /// Set by `withDeadline`.
    @TaskLocal static var scoped: Deadline?

    /// The deadline that calls made by this task inherit: the sooner one of `withDeadline`'s and the running handler's.
    public static var current: Deadline? { earliest(scoped, ServerContext.current?.deadline) }
}

extension Deadline: Comparable {
    public static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }

    package static func earliest(_ a: Deadline?, _ b: Deadline?) -> Deadline? {
        switch (a, b) {
        case (let a?, let b?): min(a, b)
        case (let one?, nil), (nil, let one?): one
        case (nil, nil): nil
        }
    }
}

/// Runs `body`; every call made inside ends within `timeout` (or by an earlier inherited deadline).
public nonisolated(nonsending) func withDeadline<Result, Failure: Error>(
    _ timeout: Duration, _ body: nonisolated(nonsending) () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    let tightest = Deadline.earliest(.after(timeout), .current)
    let result = await Deadline.$scoped.withValue(tightest) { () async -> Swift.Result<Result, Failure> in
        do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }
    return try result.get()
}
