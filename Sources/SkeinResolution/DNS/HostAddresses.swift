// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The addresses of hosts, from name servers: A and AAAA together, over the search list.
struct HostAddresses: Sendable {
    let client: DNSClient

    /// What is known of one complete name.
    enum Outcome: Sendable {
        case found([IPNumber], ttl: UInt32, isComplete: Bool)
        case missing(DNSAnswer.Missing)
    }

    nonisolated(nonsending) func answer(
        for host: String, port: Int, _ configuration: DNSConfiguration
    ) async throws -> AddressAnswer {
        let candidates = configuration.candidates(host)
        guard !candidates.isEmpty else { throw RPCError(.unavailable, "look up \(host): it is no domain name") }
        var isNameKnown = false
        var ttl: UInt32?
        for name in candidates {
            switch try await outcome(name, configuration) {
            case .found(let numbers, let lifetime, let isComplete):
                let sorted = await AddressOrder.sorted(numbers)
                return AddressAnswer(
                    addresses: sorted.map { $0.address(port: port) }, validFor: .seconds(lifetime),
                    isComplete: isComplete, name: "\(name)")
            case .missing(let missing):
                // A name server that failed ends the search: what stands behind another name may be somebody else.
                isNameKnown = isNameKnown || missing.isNameKnown
                ttl = min(ttl, missing.ttl)
            }
        }
        return AddressAnswer(
            addresses: [], validFor: ttl.map { .seconds($0) },
            denial: DNSAnswer.denial(of: "addresses", host, candidates, isNameKnown: isNameKnown))
    }

    /// Both families at once. One of them is enough; without any, both must be known to be missing.
    nonisolated(nonsending) func outcome(
        _ name: DNSName, _ configuration: DNSConfiguration
    ) async throws -> Outcome {
        async let first = answer(DNSQuestion(name: name, type: .a), configuration)
        async let second = answer(DNSQuestion(name: name, type: .aaaa), configuration)
        let answers = await [first, second]
        try Task.checkCancellation()
        var found: [DNSAnswer.Found] = []
        var missing = DNSAnswer.Missing(isNameKnown: false)
        for case .success(let answer) in answers {
            switch answer {
            case .found(let part): found.append(part)
            case .missing(let part):
                missing.isNameKnown = missing.isNameKnown || part.isNameKnown
                missing.ttl = min(missing.ttl, part.ttl)
            case .alias: break
            }
        }
        let numbers = found.flatMap(\.values).compactMap { if case .address(let number) = $0 { number } else { nil } }
        guard numbers.isEmpty else {
            let isComplete = answers.allSatisfy { if case .success = $0 { true } else { false } }
            var seen: Set<IPNumber> = []
            return .found(
                numbers.filter { seen.insert($0).inserted }, ttl: found.map(\.ttl).min() ?? 0, isComplete: isComplete)
        }
        for answer in answers { _ = try answer.get() }
        return .missing(missing)
    }

    private func answer(
        _ question: DNSQuestion, _ configuration: DNSConfiguration
    ) async -> Result<DNSAnswer, any Error> {
        do {
            return .success(try await client.ask(question, configuration))
        } catch {
            return .failure(error)
        }
    }
}

/// The smaller one; one that is there before one that is not.
private func min(_ a: UInt32?, _ b: UInt32?) -> UInt32? { [a, b].compactMap { $0 }.min() }

extension DNSAnswer {
    /// That name servers know nothing of what was looked for, in words.
    static func denial(of what: String, _ host: String, _ names: [DNSName], isNameKnown: Bool) -> String {
        let tried = names.map(\.description).joined(separator: ", ")
        return isNameKnown
            ? "look up \(host): the name exists but has no \(what) (NODATA for \(tried))"
            : "look up \(host): no such name (NXDOMAIN for \(tried))"
    }
}
