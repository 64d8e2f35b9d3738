// SPDX-License-Identifier: Apache-2.0

/// What a message says to a question, once its aliases are followed.
enum DNSAnswer: Sendable, Hashable {
    case found(Found)
    /// Another name has the answer, and has to be asked for it.
    case alias(DNSName, ttl: UInt32)
    case missing(Missing)

    struct Found: Sendable, Hashable {
        var values: [DNSRecord.Value]
        /// How long all of it holds, in seconds.
        var ttl: UInt32
        /// Addresses that came along, by name, with the time that each set holds.
        var extras: [DNSName: Extra] = [:]
    }

    struct Extra: Sendable, Hashable {
        var numbers: [IPNumber]
        var ttl: UInt32
    }

    struct Missing: Sendable, Hashable {
        /// The name exists, without what was asked for.
        var isNameKnown = false
        /// How long that holds, in seconds (RFC 2308 section 5); `nil` when the server did not say.
        var ttl: UInt32?

        /// Something else is missing, too, or the same under another name.
        mutating func add(_ other: Missing) {
            isNameKnown = isNameKnown || other.isNameKnown
            ttl = [ttl, other.ttl].compactMap { $0 }.min()
        }

        /// All of that in words: there is no `what` for `host`, which may have stood for each of `names`.
        func denial(of what: String, _ host: String, _ names: [DNSName]) -> String {
            let tried = names.map(\.description).joined(separator: ", ")
            return isNameKnown
                ? "look up \(host): the name exists but has no \(what) (NODATA for \(tried))"
                : "look up \(host): no such name (NXDOMAIN for \(tried))"
        }
    }

    /// A chain of more aliases than this is taken for a loop.
    static let maxAliases = 8
}

extension DNSMessage {
    /// What a good answer says to `question`.
    func answer(to question: DNSQuestion) -> DNSAnswer {
        var name = question.name
        var ttl = UInt32.max
        var hops = 0
        while true {
            let records = answers.filter { $0.name == name && $0.type == question.type }
            if !records.isEmpty {
                let lifetime = records.reduce(ttl) { min($0, $1.ttl) }
                return .found(DNSAnswer.Found(values: records.map(\.value), ttl: lifetime, extras: extras))
            }
            guard hops < DNSAnswer.maxAliases, let alias = alias(of: name) else { break }
            (name, ttl, hops) = (alias.name, min(ttl, alias.ttl), hops + 1)
        }
        if code == .noError, hops > 0, negativeTTL == nil { return .alias(name, ttl: ttl) }
        return .missing(DNSAnswer.Missing(isNameKnown: code != .nameError, ttl: negativeTTL.map { min($0, ttl) }))
    }

    private func alias(of name: DNSName) -> (name: DNSName, ttl: UInt32)? {
        for record in answers where record.name == name {
            if case .alias(let target) = record.value { return (target, record.ttl) }
        }
        return nil
    }

    private var negativeTTL: UInt32? {
        for record in authorities {
            if case .authority(let negative) = record.value { return min(negative, record.ttl) }
        }
        return nil
    }

    private var extras: [DNSName: DNSAnswer.Extra] {
        var extras: [DNSName: DNSAnswer.Extra] = [:]
        for record in additionals {
            guard case .address(let number) = record.value else { continue }
            let known = extras[record.name]
            extras[record.name] = DNSAnswer.Extra(
                numbers: (known?.numbers ?? []) + [number], ttl: min(known?.ttl ?? .max, record.ttl))
        }
        return extras
    }

    /// A server that names other servers instead of answering: it is not meant to be asked by clients.
    var isReferral: Bool {
        code == .noError && answers.isEmpty && !looksFurther && negativeTTL == nil && !authorities.isEmpty
    }
}
