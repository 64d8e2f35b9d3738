// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

/// Stands in for a Consul agent of version 1.10: services with checks that expire, health queries that block, tokens,
/// maintenance mode, a second datacenter, servers without a leader. What it answers is held against recordings of a real one.
final class ConsulStandIn: Sendable {
    let server: StandInServer
    let state: Mutex<ConsulState>
    let wakeups = Wakeups()
    private let clock = Mutex<Task<Void, Never>?>(nil)

    init(_ change: (inout ConsulState) -> Void = { _ in }) async throws {
        var state = ConsulState()
        change(&state)
        self.state = Mutex(state)
        let box = Mutex<ConsulStandIn?>(nil)
        server = StandInServer { request in
            guard let agent = box.withLock(\.self) else { return .empty(500) }
            return try await agent.answer(request)
        }
        box.withLock { $0 = self }
        try await server.start()
        clock.withLock { task in
            task = Task { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(50))
                    guard let self else { return }
                    if self.state.withLock({ $0.expire(at: .now) }) { self.wakeups.wake() }
                }
            }
        }
    }

    var address: String { "127.0.0.1:\(server.port)" }

    /// Stops the agent and starts it again without its memory.
    func restart() async throws {
        await server.stop()
        state.withLock { $0.forget() }
        try await server.start()
    }

    func stop() async {
        clock.withLock { $0?.cancel() }
        await server.stop()
    }

    private func answer(_ request: StandInServer.Request) async throws -> StandInServer.Answer {
        let policy = ("X-Consul-Default-Acl-Policy", state.withLock { $0.defaultDeny ? "deny" : "allow" })
        var answer = try await routed(request)
        answer.headers += [("Vary", "Accept-Encoding"), policy]
        return answer
    }

    private func routed(_ request: StandInServer.Request) async throws -> StandInServer.Answer {
        let token =
            request.headers["x-consul-token"]
            ?? request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) } ?? ""
        let right = state.withLock { $0.right(of: token) }
        guard let right else { return .text(403, "ACL not found") }
        let parts = request.parts
        if parts.starts(with: ["v1", "kv"]) {
            return try await text(parts.dropFirst(2).joined(separator: "/"), request)
        }
        guard parts.count >= 3, parts[0] == "v1" else { return .text(404, "") }
        switch (parts[1], parts[2], parts.count) {
        case ("health", "service", 4): return try await health(parts[3], request, right)
        case ("agent", "service", 4) where parts[3] == "register": return register(request, right)
        case ("agent", "service", 5) where parts[3] == "deregister": return deregister(parts[4], right)
        case ("agent", "service", 5) where parts[3] == "maintenance": return maintain(parts[4], request)
        case ("agent", "check", 5): return check(parts[3], parts[4], request, right)
        case ("status", "leader", 3):
            let leader = state.withLock(\.outage) == .noLeader ? "" : "127.0.0.1:8300"
            return .json(200, JSONValue(.string(leader)))
        default: return .text(404, "")
        }
    }

    private func changed(_ body: @Sendable (inout ConsulState) -> StandInServer.Answer) -> StandInServer.Answer {
        let answer = state.withLock { body(&$0) }
        wakeups.wake()
        return answer
    }

    private func register(_ request: StandInServer.Request, _ right: ConsulState.Right) -> StandInServer.Answer {
        guard request.method == "PUT" else { return .text(405, "method \(request.method) not allowed") }
        guard let body = try? JSONValue(parsing: request.body) else {
            return .text(400, "Request decode failed: unexpected EOF")
        }
        let replaces = request.value("replace-existing-checks") == "true"
        return changed { $0.register(body, right, replacesChecks: replaces) }
    }

    private func deregister(_ id: String, _ right: ConsulState.Right) -> StandInServer.Answer {
        guard right == .write else { return .text(403, "Permission denied: Missing service:write on greeter") }
        return changed { state in
            state.deregister(id)
            return .empty(200)
        }
    }

    private func maintain(_ id: String, _ request: StandInServer.Request) -> StandInServer.Answer {
        let isOn = request.value("enable") == "true"
        return changed { $0.maintain(id, isOn, request.value("reason") ?? "") }
    }

    private func check(
        _ verb: String, _ id: String, _ request: StandInServer.Request, _ right: ConsulState.Right
    ) -> StandInServer.Answer {
        let body = try? JSONValue(parsing: request.body)
        let status = verb == "update" ? body?["Status"] : JSONValue(.string(verb == "pass" ? "passing" : "critical"))
        guard case .string(let text)? = status?.content else { return .text(400, "Invalid check status") }
        return changed { $0.update(id, text, right) }
    }

    /// Sets a key of the store, or takes it away.
    func store(_ text: String?, at key: String) {
        state.withLock { $0.store(text, at: key) }
        wakeups.wake()
    }

    private func text(_ key: String, _ request: StandInServer.Request) async throws -> StandInServer.Answer {
        if let problem = try await block("kv/\(key)", request) { return problem }
        return state.withLock { state in
            let header = [("X-Consul-Index", "\(state.index(of: "kv/\(key)", nil) ?? 1)")]
            return state.texts[key].map { .text(200, $0, header) } ?? .empty(404, header)
        }
    }

    /// A health query.
    private func health(
        _ service: String, _ request: StandInServer.Request, _ right: ConsulState.Right
    ) async throws -> StandInServer.Answer {
        if let problem = try await block(service, request) { return problem }
        return state.withLock { $0.health(service, request, right) }
    }

    /// Waits while nothing is newer than the index of a query. Returns why that is no query that can be answered.
    private func block(
        _ service: String, _ request: StandInServer.Request
    ) async throws -> StandInServer.Answer? {
        let outage = state.withLock(\.outage)
        if let problem = outage?.answer(isStale: request.has("stale")) { return problem }
        let ignoresWait = state.withLock { state in
            state.queries += 1
            return state.ignoresWait
        }
        var wait: Duration = .seconds(300)
        if let text = request.value("wait") {
            guard text.hasSuffix("s"), let seconds = Double(text.dropLast()) else {
                return .text(400, "Invalid wait time")
            }
            wait = .seconds(seconds)
        }
        if let text = request.value("index") {
            guard let index = UInt64(text) else { return .text(400, "Invalid index") }
            let end = ContinuousClock.now + wait
            while index > 0, !ignoresWait, ContinuousClock.now < end {
                let count = wakeups.count
                if let now = state.withLock({ $0.index(of: service, request.value("dc")) }), now > index { break }
                await wakeups.wait(after: count, atMost: end - .now)
                try Task.checkCancellation()
            }
        }
        return nil
    }
}
