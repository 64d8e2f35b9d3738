// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An IP address as a number: 4 bytes, or 16.
struct IPNumber: Sendable, Hashable {
    let bytes: [UInt8]

    /// `nil` unless there are 4 or 16 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads `10.0.0.7` or `fe80::1`; the zone of `fe80::1%eth0` is left out.
    init?(_ text: some StringProtocol) {
        let isIPv6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        let number = String(text.prefix { $0 != "%" })
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, number, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    var isIPv4: Bool { bytes.count == 4 }

    /// The shortest text, e.g. `2001:db8::1`.
    var text: String {
        var buffer = [CChar](repeating: 0, count: 64)
        let family = isIPv4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func address(port: Int) -> EndpointAddress { isIPv4 ? .ipv4(text, port: port) : .ipv6(text, port: port) }
}
