// SPDX-License-Identifier: Apache-2.0
import Skein

/// Calls with the same hash key go to the same server, unless it has too many calls in flight: then to the key's second
/// choice, and so on.
struct Sticky: EndpointPolicy {
    struct Configuration: LoadBalancingConfiguration {
        /// The most calls in flight at one server.
        var maxInFlight = 100

        init() {}
        init(reading fields: inout ConfigFields) throws(ConfigurationError) {
            maxInFlight = try fields.int("maxInFlight", default: 100, in: 1...100_000)
        }
    }

    static let name = "sticky"
    private let configuration: Configuration

    init(_ configuration: Configuration, seed: UInt64) { self.configuration = configuration }

    func makePicker(over ready: [ReadyEndpoint]) -> StickyPicker {
        StickyPicker(ready, cap: configuration.maxInFlight)
    }
}

/// Rendezvous hashing: key and server together make a score, and the highest wins. The order of the servers does not
/// matter, and when one leaves, only its own keys move.
struct StickyPicker: Picker {
    private let choices: [(endpoint: ReadyEndpoint, hash: UInt64)]
    private let cap: Int

    init(_ ready: [ReadyEndpoint], cap: Int) {
        choices = ready.map { ready in
            (ready, ready.endpoint.identity.description.utf8.reduce(7) { StickyPicker.mix($0 ^ UInt64($1)) })
        }
        self.cap = cap
    }

    func pick(_ call: borrowing PickContext) -> PickResult {
        let key = call.hash ?? call.random
        var best: (id: SubchannelID, score: UInt64)?
        for (endpoint, hash) in choices where endpoint.load.inFlight < cap {
            let score = StickyPicker.mix(key ^ hash)
            if score >= best?.score ?? 0 { best = (endpoint.id, score) }
        }
        guard let best else { return .drop(RPCError(.unavailable, "every server has \(cap) calls in flight")) }
        return .subchannel(best.id)
    }

    /// Spreads a number over all 64 bits (the last steps of MurmurHash3).
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = (value ^ (value >> 33)) &* 0xff51_afd7_ed55_8ccd
        value = (value ^ (value >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return value ^ (value >> 33)
    }
}
