// SPDX-License-Identifier: Apache-2.0

/// The machine's `/etc/resolv.conf`: which name servers there are, and how they are asked (resolv.conf(5)).
///
/// What cannot be read is passed over, as the system's own lookup does.
struct ResolvConf: Sendable, Hashable {
    /// As many as the system asks.
    static let maxServers = 3
    static let maxSearched = 32

    /// Numbers; this machine when the file names none.
    var servers: [String] = []
    /// What is put behind a name that is not complete.
    var search: [DNSName] = []
    /// A name with fewer dots is tried with `search` first.
    var ndots = 1
    /// For one server's answer, in seconds.
    var timeout = 5
    /// How often all servers are asked.
    var attempts = 2
    /// Each question starts with another server.
    var rotates = false
    /// Ask by TCP only.
    var usesStreams = false

    /// - Parameter hostName: the machine's; what stands behind its first dot is searched when the file says nothing.
    init(_ text: String, hostName: String = "") {
        var isSearchKnown = false
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let keyword = words.first, !"#;".contains(keyword.first ?? "#") else { continue }
            switch keyword {
            case "nameserver":
                guard words.count > 1, IPNumber(words[1]) != nil, servers.count < ResolvConf.maxServers else {
                    continue
                }
                servers.append(String(words[1]))
            case "search", "domain":
                // The last of such lines holds. A single dot is the root, behind which a name is complete.
                isSearchKnown = true
                let names = words.dropFirst().prefix(keyword == "domain" ? 1 : ResolvConf.maxSearched)
                search = names.compactMap { DNSName($0) }
            case "options": for word in words.dropFirst() { setOption(word) }
            default: continue
            }
        }
        if servers.isEmpty { servers = ["127.0.0.1"] }
        guard !isSearchKnown, let dot = hostName.firstIndex(of: ".") else { return }
        search = [DNSName(hostName[dot...].dropFirst())].compactMap { $0 }
    }

    private mutating func setOption(_ word: Substring) {
        let name = word.prefix { $0 != ":" }
        let number = Int(word.dropFirst(name.count + 1)).map { max(0, $0) }
        switch (name, number) {
        case ("ndots", let number?): ndots = min(number, 15)
        case ("timeout", let number?): timeout = min(max(number, 1), 30)
        case ("attempts", let number?): attempts = min(max(number, 1), 5)
        case ("rotate", nil): rotates = true
        case ("use-vc", nil): usesStreams = true
        default: break
        }
    }
}
