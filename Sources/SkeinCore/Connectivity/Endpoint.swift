// SPDX-License-Identifier: Apache-2.0

/// One server, which may have several addresses (gRFC A61), with what is known of it.
public struct Endpoint: Sendable, Hashable {
    public var addresses: [EndpointAddress]
    /// Its share relative to the other endpoints, for policies that weigh.
    public var weight: UInt32
    /// 0 is the highest; for policies that fail over.
    public var priority: UInt8
    public var locality: Locality?
    /// Where it stands on a hash ring, instead of its first address.
    public var hashKey: String?
    /// Which of several connections to the same server: each is an endpoint to the policy.
    package var connection: UInt8 = 0
    private var attributes: [ObjectIdentifier: AttributeBox] = [:]

    public init(_ addresses: EndpointAddress..., weight: UInt32 = 1, priority: UInt8 = 0, locality: Locality? = nil) {
        self.init(addresses: addresses, weight: weight, priority: priority, locality: locality)
    }

    public init(addresses: [EndpointAddress], weight: UInt32 = 1, priority: UInt8 = 0, locality: Locality? = nil) {
        self.addresses = addresses
        self.weight = weight
        self.priority = priority
        self.locality = locality
    }

    /// What makes two endpoints the same server: the set of their addresses.
    public var identity: Identity {
        var identity = Identity(addresses)
        identity.connection = connection
        return identity
    }

    public struct Identity: Sendable, Hashable, CustomStringConvertible {
        /// Sorted, without repetitions.
        public let addresses: [EndpointAddress]
        /// Counts from 0.
        package fileprivate(set) var connection: UInt8 = 0

        public init(_ addresses: [EndpointAddress]) {
            self.addresses = addresses.count < 2 ? addresses : Set(addresses).sorted { $0.description < $1.description }
        }

        public var description: String {
            addresses.map(\.description).joined(separator: ",") + (connection == 0 ? "" : " (\(connection + 1))")
        }
    }

    /// A typed attribute that a resolver attaches and a policy reads.
    public subscript<Key: EndpointAttribute>(_ key: Key.Type) -> Key.Value {
        get { attributes[ObjectIdentifier(key)].flatMap { $0.value as? Key.Value } ?? Key.defaultValue }
        set { attributes[ObjectIdentifier(key)] = AttributeBox(newValue) }
    }
}

/// A name for something known of an endpoint. Two endpoints with different attributes are the same server still.
public protocol EndpointAttribute {
    associatedtype Value: Sendable & Hashable
    static var defaultValue: Value { get }
}

/// Where a server stands.
public struct Locality: Sendable, Hashable {
    public var region: String
    public var zone: String
    public var subZone: String

    public init(region: String = "", zone: String = "", subZone: String = "") {
        self.region = region
        self.zone = zone
        self.subZone = subZone
    }
}

private struct AttributeBox: Sendable, Hashable {
    let value: any Sendable & Hashable

    init(_ value: any Sendable & Hashable) { self.value = value }

    static func == (a: AttributeBox, b: AttributeBox) -> Bool { AnyHashable(a.value) == AnyHashable(b.value) }

    func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
