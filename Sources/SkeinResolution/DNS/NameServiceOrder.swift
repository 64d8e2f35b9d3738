// SPDX-License-Identifier: Apache-2.0

/// Where this machine looks for the addresses of a name: the `hosts:` line of `/etc/nsswitch.conf` (nsswitch.conf(5)).
struct NameServiceOrder: Sendable, Hashable {
    enum Source: Sendable, Hashable {
        /// The hosts file.
        case files
        case dns
        /// Anything that only the system's own lookup can ask.
        case system
    }

    private let words: [Substring]

    /// What holds when there is no such file or line is that hosts file and name servers are asked.
    init(_ text: String) {
        var words: [Substring] = ["files", "dns"]
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.prefix { $0 != "#" }
            guard let colon = content.firstIndex(of: ":"),
                content[..<colon].filter({ !$0.isWhitespace }) == "hosts"
            else { continue }
            words = NameServiceOrder.services(content[colon...].dropFirst())
        }
        self.words = words
    }

    /// The services of a line, without what to do after each: `[NOTFOUND=return]`.
    private static func services(_ text: Substring) -> [Substring] {
        var services: [Substring] = []
        var depth = 0
        for word in text.split(whereSeparator: \.isWhitespace) {
            if word.hasPrefix("[") { depth += 1 }
            if depth == 0 { services.append(word) }
            if word.hasSuffix("]") { depth = 0 }
        }
        return services
    }

    /// In which order to look `host` up. `hostName` is the machine's own. A service that only knows names of a certain
    /// kind matters to those alone; one that may know any leaves everything to the system.
    func sources(for host: String, hostName: String) -> [Source] {
        let name = (host.hasSuffix(".") ? String(host.dropLast()) : host).lowercased()
        var sources: [Source] = []
        for word in words {
            switch word {
            case "files": sources.append(.files)
            case "dns": sources.append(.dns)
            case _ where word.hasPrefix("mdns"): if name.hasSuffix(".local") || name == "local" { return [.system] }
            case "myhostname":
                let own = [hostName.lowercased(), "_gateway", "_outbound"]
                if own.contains(name) { return [.system] }
            default: return [.system]
            }
        }
        return sources.isEmpty ? [.system] : sources
    }
}
