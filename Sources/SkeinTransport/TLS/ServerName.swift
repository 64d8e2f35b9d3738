// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// The name, or the IP address, that a server must prove to have (RFC 9525).
struct ServerName: Sendable, Hashable {
    /// In lower case; an IP address in its usual form.
    let text: String
    let isAddress: Bool

    /// - Parameter text: a host name or an IP address.
    init(_ text: String) {
        let withoutZone = String(text.prefix { $0 != "%" })
        if let address = try? SocketAddress(ipAddress: withoutZone, port: 0).ipAddress {
            self.text = address
            isAddress = true
        } else {
            self.text = (text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased()
            isAddress = false
        }
    }

    /// The host of an `:authority`, which is `host`, `host:port`, `[address]:port` or an address; `nil` for anything
    /// that is not one host, such as a list.
    init?(authority: String) {
        guard !authority.isEmpty, !authority.contains(",") else { return nil }
        let colons = authority.count { $0 == ":" }
        if authority.hasPrefix("[") {
            self.init(String(authority.dropFirst().prefix { $0 != "]" }))
        } else if colons == 1 {
            self.init(String(authority.prefix { $0 != ":" }))
        } else {
            self.init(authority)
        }
        if text.isEmpty { return nil }
    }

    /// What to ask for in the handshake: addresses are not (RFC 6066 section 3).
    var indication: String? { isAddress ? nil : text }

    /// Whether one of the names in `certificate` is this one. The common name counts for nothing.
    func isProven(by certificate: Peer.Certificate) -> Bool {
        if isAddress { return certificate.ipAddresses.contains(text) }
        return certificate.dnsNames.contains { matches($0.lowercased()) }
    }

    /// `*.` stands for one label, the first, and needs two more behind it.
    private func matches(_ pattern: String) -> Bool {
        let pattern = pattern.hasSuffix(".") ? String(pattern.dropLast()) : pattern
        guard pattern.hasPrefix("*.") else { return pattern == text }
        let rest = pattern.dropFirst(2)
        guard rest.contains("."), !rest.contains("*"), let dot = text.firstIndex(of: "."), dot > text.startIndex else {
            return false
        }
        return text[text.index(after: dot)...] == rest
    }
}

extension ServerName: CustomStringConvertible {
    var description: String { text }
}
