// SPDX-License-Identifier: Apache-2.0

/// The machine's `/etc/hosts`: lines of an address and the names it has (hosts(5)).
struct HostsFile: Sendable {
    private var numbers: [String: [IPNumber]] = [:]

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, let number = IPNumber(first) else { continue }
            for name in words.dropFirst() { numbers[HostsFile.key(name), default: []].append(number) }
        }
    }

    /// The addresses of a name, in the order of the file, each once; empty when the file does not have it.
    func addresses(of name: String) -> [IPNumber] {
        var seen: Set<IPNumber> = []
        return (numbers[HostsFile.key(name)] ?? []).filter { seen.insert($0).inserted }
    }

    private static func key(_ name: some StringProtocol) -> String {
        let text = name.lowercased()
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
