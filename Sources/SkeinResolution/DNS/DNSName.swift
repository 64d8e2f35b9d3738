// SPDX-License-Identifier: Apache-2.0

/// A domain name, in lower case: to name servers case means nothing.
struct DNSName: Sendable, Hashable {
    /// What a name takes in a message, with the length of each label and the zero at its end.
    static let maxBytes = 255
    private static let maxLabelBytes = 63

    let labels: [[UInt8]]

    /// `nil` when a label is empty or longer than 63 bytes, or the whole longer than 255.
    init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ (1...DNSName.maxLabelBytes).contains($0.count) }),
            labels.reduce(1, { $0 + $1.count + 1 }) <= DNSName.maxBytes
        else { return nil }
        self.labels = labels.map { $0.map(DNSName.lowercased) }
    }

    /// Reads `greeter.internal`, with or without a dot at its end.
    init?(_ text: some StringProtocol) {
        let name = text.hasSuffix(".") && text.count > 1 ? String(text.dropLast()) : String(text)
        self.init(labels: name.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) })
    }

    /// The name behind this one: `_http._tcp` + `greeter`.
    static func + (name: DNSName, parent: DNSName) -> DNSName? { DNSName(labels: name.labels + parent.labels) }

    /// The root, which is written as a single dot and means "not available" in SRV records.
    var isRoot: Bool { labels.isEmpty }

    /// As it stands in a message, uncompressed.
    var bytes: [UInt8] { labels.flatMap { [UInt8($0.count)] + $0 } + [0] }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

extension DNSName: CustomStringConvertible {
    /// Bytes that would be taken for something else are written as `\123`.
    var description: String {
        if labels.isEmpty { return "." }
        return labels.map { label in label.map(DNSName.text).joined() }.joined(separator: ".")
    }

    private static func text(_ byte: UInt8) -> String {
        if (0x21...0x7e).contains(byte), byte != UInt8(ascii: "."), byte != UInt8(ascii: "\\") {
            return String(Unicode.Scalar(byte))
        }
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
