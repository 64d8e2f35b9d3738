// SPDX-License-Identifier: Apache-2.0

/// What a record is, or what is asked for (RFC 1035 section 3.2.2).
struct DNSType: Sendable, Hashable, RawRepresentable {
    let rawValue: UInt16

    static let a = DNSType(rawValue: 1)
    static let cname = DNSType(rawValue: 5)
    static let soa = DNSType(rawValue: 6)
    static let txt = DNSType(rawValue: 16)
    static let aaaa = DNSType(rawValue: 28)
    static let srv = DNSType(rawValue: 33)
    static let opt = DNSType(rawValue: 41)

    /// For people.
    var name: String {
        switch self {
        case .a: "A"
        case .aaaa: "AAAA"
        case .srv: "SRV"
        case .txt: "TXT"
        default: "type \(rawValue)"
        }
    }
}

/// A name and what is asked of it.
struct DNSQuestion: Sendable, Hashable, CustomStringConvertible {
    var name: DNSName
    var type: DNSType

    var description: String { "\(type.name) of \(name)" }
}

/// One record of a message.
struct DNSRecord: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case address(IPNumber)
        case alias(DNSName)
        case service(Service)
        /// Its strings joined.
        case text([UInt8])
        /// How long an answer that there is nothing holds, in seconds.
        case authority(negative: UInt32)
        case other
    }

    /// A server of a service (RFC 2782).
    struct Service: Sendable, Hashable {
        var priority: UInt16
        var weight: UInt16
        var port: UInt16
        var target: DNSName
    }

    var name: DNSName
    var type: DNSType
    /// How long it holds, in seconds.
    var ttl: UInt32
    var value: Value
}
