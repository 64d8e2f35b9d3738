// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The config of a policy that hashes.
package protocol HashConfiguration: LoadBalancingConfiguration {
    /// What every one of them has.
    var hashing: HashingOptions { get }
}

/// What calls are hashed by, and how uneven the load may become for it.
package struct HashingOptions: Sendable, Hashable {
    /// The metadata whose values are the key; `nil`: the call's own hash key. A call without any goes anywhere.
    package var header: String?
    /// An endpoint takes at most so many times its fair share of the calls in flight; `nil`: any number.
    package var loadFactor: Double?
    /// Up to so many calls in flight an endpoint takes whatever the others have.
    package var freeCalls = 8
    /// Whether a call without a key goes by who called the handler that makes it.
    var goesBySource = false

    package init(loadFactor: Double? = nil) { self.loadFactor = loadFactor }

    package init(reading fields: inout ConfigFields, header name: String) throws(ConfigurationError) {
        header = try fields.hashHeader(name)
        if fields.contains("boundedLoadFactor") {
            loadFactor = try fields.double("boundedLoadFactor", default: 1.25, in: 1...100)
        }
        freeCalls = try fields.int("boundedLoadFrom", default: 8, in: 0...1_000_000)
    }

    /// The key of a call.
    func key(of call: borrowing PickContext) -> UInt64 {
        if let header, let hash = call.hash(ofMetadata: header) { return hash }
        return call.hash ?? (goesBySource ? call.source : nil) ?? call.random
    }
}

/// The config of a policy about whose placement nothing can be set.
package struct PlainHashConfiguration: HashConfiguration {
    package var hashing = HashingOptions()

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        hashing = try HashingOptions(reading: &fields, header: "requestHashHeader")
    }
}

extension ConfigFields {
    /// The name of text metadata, in lower case; `nil` when missing or empty (gRFC A76).
    mutating func hashHeader(_ name: String) throws(ConfigurationError) -> String? {
        let header = try string(name, default: "").lowercased()
        guard let value = value(name), !header.isEmpty else { return nil }
        let isValid = header.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isValid, !header.hasSuffix("-bin") else {
            throw problem(name, value, "a metadata name of letters, digits, -, _ and . that does not end in -bin")
        }
        return header
    }
}
