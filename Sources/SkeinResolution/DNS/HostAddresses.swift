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
        var missing = DNSAnswer.Missing()
        for name in candidates {
            switch try await outcome(name, configuration) {
            case .found(let numbers, let lifetime, let isComplete):
                let sorted = await AddressOrder.sorted(numbers)
                return AddressAnswer(
                    addresses: sorted.map { $0.address(port: port) }, validFor: .seconds(lifetime),
                    isComplete: isComplete, name: "\(name)")
            // A name server that failed ends the search: what stands behind another name may be somebody else.
            case .missing(let part): missing.add(part)
            }
        }
        return AddressAnswer(
            addresses: [], validFor: missing.ttl.map { .seconds($0) },
            denial: missing.denial(of: "addresses", host, candidates))
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
        var missing = DNSAnswer.Missing()
        for case .success(let answer) in answers {
            switch answer {
            case .found(let part): found.append(part)
            case .missing(let part): missing.add(part)
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
