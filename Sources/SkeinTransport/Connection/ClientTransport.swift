// SPDX-License-Identifier: Apache-2.0

/// Brings the bytes of client connections to their servers: over sockets, or in memory.
package protocol ClientTransport: Sendable {
    /// Whether what is sent can be read by nobody but the server.
    var isPrivate: Bool { get }
    /// Whether every server must prove, by a certificate with the name, that it is the one that is meant. Default:
    /// `false`.
    var verifiesIdentity: Bool { get }

    /// Connects `connection` to its address within `timeout`. Later, on its loop, the connection is told that it is
    /// connected, or that this failed.
    ///
    /// - Throws: when it can never work.
    func open(_ connection: ClientConnection, timeout: Duration) throws
}

extension ClientTransport {
    package var verifiesIdentity: Bool { false }
}
