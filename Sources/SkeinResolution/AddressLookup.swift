// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Turns a host name into addresses, best first.
package protocol AddressLookup: Sendable {
    /// Throws an `RPCError` that says why there are none, `CancellationError` when cancelled. Never returns an empty
    /// list.
    nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress]
}
