// SPDX-License-Identifier: Apache-2.0

/// How loaded a server says it is: what a client that chooses among servers cannot see from its own calls.
package struct ServerLoad: Sendable, Hashable {
    /// Unary calls that it executes, and streams that were active in the last second.
    package var inFlight: UInt32
    /// Seconds that it lately took for a call when about so many were in flight, without the network.
    package let latency: Float
    /// Seconds that a call takes when it is alone.
    package let serviceTime: Float
    /// Calls that it executes at once without slowing each other; at least 1.
    package let parallelism: UInt32
    /// Drawn when the server starts: two that alternate on one connection mean that there are two servers behind it.
    package var incarnation: UInt64

    package init(
        inFlight: UInt32, latency: Float, serviceTime: Float, parallelism: UInt32 = 1, incarnation: UInt64 = 0
    ) {
        self.inFlight = inFlight
        self.latency = ServerLoad.seconds(latency)
        self.serviceTime = ServerLoad.seconds(serviceTime)
        self.parallelism = max(parallelism, 1)
        self.incarnation = incarnation
    }

    /// A peer may say anything.
    private static func seconds(_ number: Float) -> Float { number >= 0 ? min(number, 1e6) : 0 }
}
