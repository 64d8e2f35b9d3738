// SPDX-License-Identifier: Apache-2.0

/// What a TLS connection proves and asks for.
public struct TLSConfiguration: Sendable, Hashable {
    /// The name the server's certificate must have, instead of the target's host.
    public var serverName: String?

    public init() {}
}
