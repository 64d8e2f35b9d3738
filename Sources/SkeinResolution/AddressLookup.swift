// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Turns a host name into addresses, best first.
package protocol AddressLookup: Sendable {
    /// Throws an `RPCError` that says why there are none, `CancellationError` when cancelled. Never returns an empty
    /// list.
    nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress]

    /// The same with what is known of the answer; that there are no addresses is an answer, too. Default: what
    /// `addresses` says.
    nonisolated(nonsending) func answer(for host: String, port: Int) async throws -> AddressAnswer
}

extension AddressLookup {
    package nonisolated(nonsending) func answer(for host: String, port: Int) async throws -> AddressAnswer {
        AddressAnswer(addresses: try await addresses(of: host, port: port))
    }
}

/// The addresses of a host, and what is known of them.
package struct AddressAnswer: Sendable, Hashable {
    package var addresses: [EndpointAddress]
    /// How long the answer holds; `nil` when nobody said.
    package var validFor: Duration?
    /// `false`: there may be more, which could not be asked for.
    package var isComplete = true
    /// Why there are none, by those who know.
    package var denial: String?
    /// The complete name that the host stands for; `nil`: the host.
    package var name: String?

    package init(
        addresses: [EndpointAddress], validFor: Duration? = nil, isComplete: Bool = true, denial: String? = nil,
        name: String? = nil
    ) {
        self.addresses = addresses
        self.validFor = validFor
        self.isComplete = isComplete
        self.denial = denial
        self.name = name
    }

    /// The addresses; throws when there are none.
    func addresses(of host: String) throws -> [EndpointAddress] {
        guard addresses.isEmpty else { return addresses }
        throw RPCError(.unavailable, denial ?? "look up \(host): no addresses")
    }
}
