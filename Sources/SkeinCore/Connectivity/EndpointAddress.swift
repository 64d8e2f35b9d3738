// SPDX-License-Identifier: Apache-2.0

/// Where a server listens: an IP address and port, or the path of a Unix socket.
public struct EndpointAddress: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case ipv4(String, port: Int)
        case ipv6(String, port: Int)
        case unix(path: String)
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// A dotted-decimal address, e.g. `.ipv4("10.0.0.7", port: 443)`.
    public static func ipv4(_ host: String, port: Int) -> EndpointAddress { .init(.ipv4(host, port: port)) }

    /// An IPv6 address without brackets, with its zone if any, e.g. `.ipv6("fe80::1%eth0", port: 443)`.
    public static func ipv6(_ host: String, port: Int) -> EndpointAddress { .init(.ipv6(host, port: port)) }

    /// A Unix domain socket. A path that starts with NUL names an abstract socket (Linux).
    public static func unix(path: String) -> EndpointAddress { .init(.unix(path: path)) }

    /// Reads `10.0.0.7:443`, `[::1]:443`, `unix:/run/app.sock` or `unix-abstract:name`; `nil` for anything else, host
    /// names included.
    public init?(_ text: String) {
        if text.hasPrefix("unix-abstract:") {
            let name = text.dropFirst(14)
            guard !name.isEmpty else { return nil }
            self = .unix(path: "\0\(name)")
            return
        }
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            guard !path.isEmpty else { return nil }
            self = .unix(path: String(path))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (host, digits) = (text[..<colon], text[text.index(after: colon)...])
        guard digits.utf8.allSatisfy(EndpointAddress.isDigit), let port = UInt16(digits) else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            guard EndpointAddress.isIPv6(inner) else { return nil }
            self = .ipv6(inner, port: Int(port))
        } else {
            guard EndpointAddress.isIPv4(String(host)) else { return nil }
            self = .ipv4(String(host), port: Int(port))
        }
    }

    /// The port; `nil` for a Unix socket.
    public var port: Int? {
        switch kind {
        case .ipv4(_, let port), .ipv6(_, let port): port
        case .unix: nil
        }
    }

    /// The address without its port, or the path.
    public var host: String {
        switch kind {
        case .ipv4(let host, _), .ipv6(let host, _), .unix(let host): host
        }
    }

    /// Whether `text` is four numbers up to 255 without leading zeros, which some systems read as octal.
    package static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(isDigit) && UInt8(part) != nil && (part == "0" || part.first != "0")
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Whether `text` has the shape of an IPv6 address: hex groups and colons, at most one `::`, an IPv4 tail, a zone.
    package static func isIPv6(_ text: String) -> Bool {
        let address = text.prefix { $0 != "%" }
        guard address.count <= 45, text.count > address.count + 1 || !text.contains("%") else { return false }
        let halves = address.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard address.contains(":"), halves.count <= 2 else { return false }
        var groups = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (position, part) in parts.enumerated() {
                let isTail = index == halves.count - 1 && position == parts.count - 1
                if isTail, isIPv4(String(part)) {
                    groups += 2
                    continue
                }
                guard (1...4).contains(part.count), part.utf8.allSatisfy(isHexDigit) else { return false }
                groups += 1
            }
        }
        return halves.count == 2 ? groups < 8 : groups == 8
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...70, 97...102: true
        default: false
        }
    }
}

extension EndpointAddress: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): path.hasPrefix("\0") ? "unix-abstract:\(path.dropFirst())" : "unix:\(path)"
        }
    }
}
