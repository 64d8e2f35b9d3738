// SPDX-License-Identifier: Apache-2.0

/// Where the handlers of a method run.
public enum HandlerExecution: Sendable, Hashable {
    /// The first stretch of a handler, up to its first suspension, on the connection's event loop; all that follows on
    /// the global pool. A method whose first stretch takes more than 1 ms, twice in eight calls, starts on the pool
    /// for the next 60 s.
    case adaptive
    /// The whole handler on the connection's event loop, its child tasks and default actors too: fastest for short
    /// handlers that suspend. A handler that computes or blocks holds up every connection of that loop.
    case eventLoop
    /// The whole handler on the global pool.
    case concurrent
}
