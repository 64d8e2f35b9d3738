// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The servers of a service, by its SRV records.
struct ServiceLookup: Sendable {
    let client: DNSClient

    /// More servers than this are left out.
    private static let maxServers = 2048
    /// How many targets are asked for at once.
    private static let width = 16

    /// A target's addresses; `nil` when name servers failed.
    private struct Target: Sendable {
        var numbers: [IPNumber]
        var ttl: UInt32?
        var failure: (any Error)?
    }

    nonisolated(nonsending) func find(_ name: String) async throws -> DNSFinding {
        guard !HostLookup.isLocal(name) else {
            return DNSFinding(endpoints: [], denial: "look up \(name): localhost has no records, and nobody is asked")
        }
        let configuration = try await client.configuration()
        let candidates = configuration.candidates(name)
        guard !candidates.isEmpty else { throw RPCError(.unavailable, "look up \(name): it is no domain name") }
        var missing = DNSAnswer.Missing()
        for candidate in candidates {
            switch try await client.ask(DNSQuestion(name: candidate, type: .srv), configuration) {
            case .found(let found): return try await finding(name, found, configuration)
            case .missing(let part): missing.add(part)
            case .alias: continue
            }
        }
        return DNSFinding(
            endpoints: [], validFor: missing.ttl.map { .seconds($0) },
            denial: missing.denial(of: "SRV records", name, candidates))
    }

    private nonisolated(nonsending) func finding(
        _ name: String, _ found: DNSAnswer.Found, _ configuration: DNSConfiguration
    ) async throws -> DNSFinding {
        var services: [DNSRecord.Service] = []
        var seen: Set<DNSRecord.Service> = []
        for case .service(let service) in found.values where !service.target.isRoot && service.port > 0 {
            if seen.insert(service).inserted { services.append(service) }
        }
        services = Array(services.prefix(ServiceLookup.maxServers))
        guard !services.isEmpty else {
            return DNSFinding(
                endpoints: [], validFor: .seconds(found.ttl),
                denial: "look up \(name): the service is not available there, says its SRV record")
        }
        let targets = try await targets(Set(services.map(\.target)), found.extras, configuration)
        let servers = services.map {
            ServiceEndpoints.Server(service: $0, numbers: targets[$0.target]?.numbers ?? [])
        }
        let endpoints = ServiceEndpoints.make(servers)
        let failure = targets.values.compactMap(\.failure).first
        if endpoints.isEmpty, let failure { throw failure }
        let ttl = targets.values.compactMap(\.ttl).min().map { min($0, found.ttl) } ?? found.ttl
        let denial = endpoints.isEmpty ? "look up \(name): none of its targets has an address" : nil
        return DNSFinding(
            endpoints: endpoints, validFor: .seconds(ttl), isComplete: failure == nil, denial: denial)
    }

    /// The addresses of all `names`: those that came along with the answer, and the others asked for.
    private nonisolated(nonsending) func targets(
        _ names: Set<DNSName>, _ extras: [DNSName: DNSAnswer.Extra], _ configuration: DNSConfiguration
    ) async throws -> [DNSName: Target] {
        var targets: [DNSName: Target] = [:]
        for (name, extra) in extras where names.contains(name) {
            targets[name] = Target(numbers: await AddressOrder.sorted(extra.numbers), ttl: extra.ttl)
        }
        var left = names.filter { targets[$0] == nil }.makeIterator()
        try await withThrowingTaskGroup(of: (DNSName, Target).self) { group in
            func startNext() {
                guard let name = left.next() else { return }
                group.addTask { (name, try await target(name, configuration)) }
            }
            for _ in 0..<ServiceLookup.width { startNext() }
            while let (name, target) = try await group.next() {
                targets[name] = target
                startNext()
            }
        }
        return targets
    }

    private nonisolated(nonsending) func target(
        _ name: DNSName, _ configuration: DNSConfiguration
    ) async throws -> Target {
        do {
            switch try await HostAddresses(client: client).outcome(name, configuration) {
            case .found(let numbers, let ttl, _):
                return Target(numbers: await AddressOrder.sorted(numbers), ttl: ttl)
            case .missing: return Target(numbers: [])
            }
        } catch {
            try Task.checkCancellation()
            return Target(numbers: [], failure: error)
        }
    }
}
