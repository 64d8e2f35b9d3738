// SPDX-License-Identifier: Apache-2.0

/// How long things may take, and how large they may be, on a connection to a registry.
struct WireLimits: Sendable {
    var connect: Duration = .seconds(2)
    /// From a request to its last reply. When it is over the connection is closed.
    var exchange: Duration = .seconds(4)
    /// The largest message that is read, in bytes.
    var message = 16 << 20
}
