// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Where keys belong among endpoints: made once for a list of endpoints, then only read.
///
/// The same endpoints and weights give the same placement in every process, in whatever order they were listed.
package protocol Placement: Sendable {
    associatedtype Configuration: HashConfiguration
    associatedtype TablePicker: HashPicker where TablePicker.Table == Self

    /// How configs name the policy that places calls so.
    static var name: String { get }
    /// With more endpoints calls fail, with an error that names `maglev`.
    static var mostEndpoints: Int { get }
    /// What the policy places an endpoint by.
    static func key(of endpoint: Endpoint, _ configuration: Configuration) -> String

    /// `endpoints`, at least one, are sorted by their keys, which are all different; they have numbers from 0.
    init(_ endpoints: [PlacedEndpoint], _ configuration: Configuration)

    /// The number of the endpoint that comes first for `key` among those that can take the call; `nil` when none
    /// does, or when it takes too long to find.
    func place(_ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand) -> Int?
}

extension Placement {
    package static var mostEndpoints: Int { .max }
    package static func key(of endpoint: Endpoint, _ configuration: Configuration) -> String { endpoint.placementKey }
    /// So many places are tried one after the other before the search is given up.
    package static var patience: Int { 64 }
}

/// An endpoint as a placement sees it.
package struct PlacedEndpoint: Sendable, Hashable {
    package let key: String
    /// At least 1.
    package let weight: UInt32

    package init(key: String, weight: UInt32) {
        self.key = key
        self.weight = weight
    }
}

extension Endpoint {
    /// Its hash key if it has one (gRFC A76), else its first address, in an order of our own.
    var placementKey: String { hashKey ?? identity.addresses.first?.description ?? "" }
}

/// What an endpoint must be to take a call.
package enum Demand: Sendable {
    /// Ready, not tried by the call before, and not over its bound.
    case everything
    /// Ready.
    case ready
}
