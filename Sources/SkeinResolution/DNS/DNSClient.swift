// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// Asks name servers. May be used from any thread; everybody who asks the same servers should share one, since it
/// remembers which of them answer.
package final class DNSClient: Sendable {
    /// However many servers there are and however long each may take.
    private static let maxTime: Duration = .seconds(30)

    private let configure: @Sendable () async throws -> DNSConfiguration
    private let order = Mutex(DNSServerOrder())
    private let start = ContinuousClock.now

    /// - Parameter configure: says before each lookup which servers are asked.
    init(_ configure: @escaping @Sendable () async throws -> DNSConfiguration) { self.configure = configure }

    /// Asks the servers that the files name.
    package convenience init(_ files: NameFiles, on pool: BlockingPool) {
        self.init { try await pool.run { files.read() }.configuration }
    }

    /// Asks `servers`, whose names, if they are names, are found by `lookup`. Names asked for are complete.
    convenience init(_ servers: [HostPort], _ lookup: any AddressLookup) {
        self.init {
            var found: [HostPort] = []
            var failure: (any Error)?
            for server in servers {
                do {
                    let addresses = try await lookup.addresses(of: server.host, port: server.port)
                    found += addresses.map { HostPort(host: $0.host, port: server.port) }
                } catch {
                    try Task.checkCancellation()
                    failure = error
                }
            }
            guard let failure, found.isEmpty else { return DNSConfiguration(servers: found) }
            throw failure
        }
    }

    nonisolated(nonsending) func configuration() async throws -> DNSConfiguration { try await configure() }

    /// Asks until a server answers or all have failed, and asks for what aliases lead to. Throws an `RPCError` that
    /// says what each server said, `CancellationError` when cancelled.
    nonisolated(nonsending) func ask(
        _ question: DNSQuestion, _ configuration: DNSConfiguration
    ) async throws -> DNSAnswer {
        var question = question
        var ttl = UInt32.max
        for _ in 0...DNSAnswer.maxAliases {
            switch try await message(question, configuration).answer(to: question) {
            case .alias(let name, let lifetime):
                question.name = name
                ttl = min(ttl, lifetime)
            case .found(var found):
                found.ttl = min(found.ttl, ttl)
                return .found(found)
            case .missing(let missing): return .missing(missing)
            }
        }
        throw RPCError(.unavailable, "look up \(question): more than \(DNSAnswer.maxAliases) aliases")
    }

    private nonisolated(nonsending) func message(
        _ question: DNSQuestion, _ configuration: DNSConfiguration
    ) async throws -> DNSMessage {
        let began = now
        let servers = order.withLock {
            $0.order(of: configuration.servers, rotates: configuration.rotates, now: began)
        }
        var machine = DNSQueryMachine(
            servers: servers.count, attempts: configuration.attempts, usesStreams: configuration.usesStreams)
        var step = machine.start()
        while case .ask(let request) = step {
            let server = servers[request.server]
            let left = DNSClient.maxTime - (now - began)
            guard left > .zero else { break }
            let exchange = DNSExchange(
                question: question, server: server, usesStream: request.usesStream,
                usesExtensions: request.usesExtensions, timeout: min(configuration.timeout, left))
            do {
                let message = try await exchange.answer()
                step = machine.next(
                    after: .answered(message.code, isTruncated: message.isTruncated, isReferral: message.isReferral))
                order.withLock { $0.answered(server) }
                if step == .accept { return message }
            } catch let failure as DNSExchange.Failure {
                let time = now
                order.withLock { $0.failed(server, now: time) }
                step = machine.next(after: .failed(failure.reason))
            }
        }
        let complaints = machine.complaints.sorted { $0.key < $1.key }.map { "\(servers[$0.key]) \($0.value)" }
        throw RPCError(.unavailable, "look up \(question): \(complaints.joined(separator: "; "))")
    }

    private var now: Duration { ContinuousClock.now - start }
}
