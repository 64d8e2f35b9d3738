// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

/// Stands in for a Kubernetes API server: EndpointSlices that are listed, watched and changed, a history that is
/// forgotten, tokens. What it answers is held against recordings of a real one.
final class KubernetesStandIn: Sendable {
    let server: StandInServer
    let state: Mutex<KubernetesState>
    let wakeups = Wakeups()

    init(_ change: (inout KubernetesState) -> Void = { _ in }) async throws {
        var state = KubernetesState()
        change(&state)
        self.state = Mutex(state)
        let box = Mutex<KubernetesStandIn?>(nil)
        server = StandInServer { request in box.withLock(\.self)?.answer(request) ?? .empty(500) }
        box.withLock { $0 = self }
        try await server.start()
    }

    var address: String { "127.0.0.1:\(server.port)" }

    /// Stops the server and starts it again; what is stored stays, the history does not.
    func restart() async throws {
        await server.stop()
        state.withLock { $0.compact() }
        try await server.start()
    }

    func stop() async { await server.stop() }

    /// Writes or removes slices, as the cluster does.
    func change<Value: Sendable>(_ body: @Sendable (inout KubernetesState) -> Value) -> Value {
        let value = state.withLock { body(&$0) }
        wakeups.wake()
        return value
    }

    private func answer(_ request: StandInServer.Request) -> StandInServer.Answer {
        var answer = routed(request)
        answer.headers.append(("Cache-Control", "no-cache, private"))
        if !answer.headers.contains(where: { $0.0 == "Content-Type" }) {
            answer.headers.append(("Content-Type", "application/json"))
        }
        return answer
    }

    private func routed(_ request: StandInServer.Request) -> StandInServer.Answer {
        let parts = request.parts
        guard parts.count >= 6, parts[0] == "apis", parts[1] == "discovery.k8s.io", parts[3] == "namespaces",
            parts[5] == "endpointslices", state.withLock({ $0.versions.contains(parts[2]) })
        else {
            return KubernetesState.failure(
                404, "NotFound", "the server could not find the requested resource", ["details": [:]])
        }
        let namespace = parts[4]
        if let refusal = state.withLock({ $0.refusal(request, namespace) }) { return refusal }
        switch (request.method, parts.count) {
        case ("GET", 6) where request.value("watch") == "true": return watch(request, namespace, parts[2])
        case ("GET", 6): return state.withLock { $0.list(request, namespace, parts[2]) }
        case ("POST", 6): return write(request, namespace, nil, parts[2])
        case ("PUT", 7): return write(request, namespace, parts[6], parts[2])
        case ("DELETE", 7):
            let name = parts[6]
            return change { $0.remove(name, in: namespace) }
        default: return KubernetesState.failure(405, "MethodNotAllowed", "the server does not allow this method")
        }
    }

    private func write(
        _ request: StandInServer.Request, _ namespace: String, _ name: String?, _ version: String
    ) -> StandInServer.Answer {
        guard let slice = try? JSONValue(parsing: request.body) else {
            return KubernetesState.failure(400, "BadRequest", "the object provided is unrecognized")
        }
        return change { $0.write(slice, in: namespace, replacing: name, version) }
    }

    /// One line for each event, until the time is over.
    private func watch(
        _ request: StandInServer.Request, _ namespace: String, _ version: String
    ) -> StandInServer.Answer {
        let selector = KubernetesState.service(of: request)
        let end = ContinuousClock.now + .seconds(Int(request.value("timeoutSeconds") ?? "") ?? 60)
        let given = request.value("resourceVersion").flatMap(Int.init)
        var answer = StandInServer.Answer(status: 200)
        answer.stream = { [self] send in
            var after = given ?? 0
            if let gone = state.withLock({ given == nil ? nil : $0.gone(after) }) {
                return try await send(gone + "\n")
            }
            if given == nil {
                let (lines, now) = state.withLock { ($0.synthetic(in: namespace, of: selector), $0.version) }
                for line in lines { try await send(line + "\n") }
                after = now
            }
            while ContinuousClock.now < end {
                let count = wakeups.count
                let (lines, last, isCut) = state.withLock { state in
                    (state.events(after: after, in: namespace, of: selector, version), state.version, state.cutsWatches)
                }
                for line in lines { try await send(line + "\n") }
                // A version of the future has nothing to tell until its time is over.
                if last > after { after = last }
                if isCut { return }
                await wakeups.wait(after: count, atMost: end - .now)
                if Task.isCancelled { return }
            }
            if request.value("allowWatchBookmarks") == "true" {
                let mark = state.withLock { $0.bookmark(version) }
                try await send(mark + "\n")
            }
        }
        return answer
    }
}
