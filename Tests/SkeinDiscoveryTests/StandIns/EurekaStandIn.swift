// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

/// Stands in for a Eureka server of version 1.10: leases that expire, deltas with a hash, status overrides, bodies that
/// are compressed whether the client wants it or not. What it answers is held against recordings of a real one.
final class EurekaStandIn: Sendable {
    let server: StandInServer
    let state: Mutex<EurekaState>
    private let clock = Mutex<Task<Void, Never>?>(nil)

    init(_ change: (inout EurekaState) -> Void = { _ in }) async throws {
        var state = EurekaState()
        change(&state)
        self.state = Mutex(state)
        let box = Mutex<EurekaStandIn?>(nil)
        server = StandInServer { request in box.withLock(\.self)?.answer(request) ?? .empty(500) }
        box.withLock { $0 = self }
        try await server.start()
        clock.withLock { task in
            task = Task { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(100))
                    guard let self else { return }
                    self.state.withLock { $0.evict(at: .now) }
                }
            }
        }
    }

    var address: String { "127.0.0.1:\(server.port)" }

    /// Stops the server and starts it again without its memory.
    func restart() async throws {
        await server.stop()
        state.withLock { $0.forget() }
        try await server.start()
    }

    func stop() async {
        clock.withLock { $0?.cancel() }
        await server.stop()
    }

    private func answer(_ request: StandInServer.Request) -> StandInServer.Answer {
        var parts = request.parts[...]
        for part in ["eureka", "v2"] where parts.first == part { parts.removeFirst() }
        guard parts.popFirst() == "apps" else { return .empty(404) }
        // Anything below /apps: a client that takes no gzip gets nothing.
        if request.method == "GET", let accepted = request.headers["accept-encoding"], !accepted.contains("gzip"),
            !accepted.contains("*")
        {
            return .empty(406)
        }
        var answer = state.withLock { state in
            state.requests.append("\(request.method) \(request.parts.joined(separator: "/"))")
            return EurekaStandIn.routed(request, Array(parts), &state)
        }
        if !answer.headers.contains(where: { $0.0 == "Content-Type" }) {
            let type = request.headers["accept"] == "application/json" ? "json" : "xml"
            answer.headers.append(("Content-Type", "application/\(type)"))
        }
        answer.headers.append(("Vary", "Accept-Encoding"))
        if request.method == "GET", !answer.body.isEmpty {
            if request.headers["accept"]?.contains("json") != true,
                let value = try? JSONValue(parsing: String(decoding: answer.body, as: UTF8.self))
            {
                answer.body = Array(EurekaXML.text(of: value).utf8)
                answer.headers = answer.headers.map { $0.0 == "Content-Type" ? ($0.0, "application/xml") : $0 }
            }
            answer.headers.append(("Content-Encoding", "gzip"))
            answer.body = Gzip.wrapped(answer.body)
        }
        return answer
    }

    private static func routed(
        _ request: StandInServer.Request, _ parts: [String], _ state: inout EurekaState
    ) -> StandInServer.Answer {
        switch (request.method, parts.count) {
        case ("GET", 0): return .json(200, state.all())
        case ("GET", 1) where parts[0] == "delta": return .json(200, state.delta())
        case ("GET", 1): return state.application(parts[0]).map { .json(200, $0) } ?? .empty(404)
        case ("GET", 2): return state.instance(parts[0], parts[1]).map { .json(200, $0) } ?? .empty(404)
        case ("POST", 1):
            guard let body = try? JSONValue(parsing: request.body) else {
                return .json(400, JSONValue(.object(["error": JSONValue(.string("cannot parse request body"))])))
            }
            guard let problem = state.register(body, in: parts[0]) else { return .empty(204) }
            return StandInServer.Answer(status: 400, body: Array(problem.utf8))
        case ("PUT", 2): return .empty(state.renew(parts[0], parts[1]) ? 200 : 404)
        case ("PUT", 3) where parts[2] == "status":
            return .empty(state.override(parts[0], parts[1], request.value("value")) ? 200 : 404)
        case ("DELETE", 3) where parts[2] == "status":
            return .empty(state.override(parts[0], parts[1], nil) ? 200 : 404)
        case ("PUT", 3) where parts[2] == "metadata":
            return .empty(state.describe(parts[0], parts[1], request.query) ? 200 : 404)
        case ("DELETE", 2): return .empty(state.cancel(parts[0], parts[1]) ? 200 : 404)
        default: return .empty(404)
        }
    }
}
