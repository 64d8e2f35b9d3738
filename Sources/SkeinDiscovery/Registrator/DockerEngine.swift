// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// A Docker Engine, asked over its HTTP interface. May be used from any thread.
final class DockerEngine: Sendable {
    /// The version of the interface that is asked for, unless the engine knows only older or newer ones.
    private static let version = (1, 41)
    private static let timeout: Duration = .seconds(10)

    let host: DockerHost
    private let http: RegistryHTTP
    /// `/v1.41`; `nil` before the engine was asked.
    private let base = Mutex<String?>(nil)

    init(_ host: DockerHost) {
        self.host = host
        http = RegistryHTTP(host.tls)
    }

    /// The ids of the containers that run now.
    func running() async throws -> [String] {
        var request = RegistryRequest("GET", try await known() + "/containers/json")
        request.add("filters", JSONValue.fields(["status": .list([.text("running")])]).description)
        let answer = try await ask(request).json()
        guard let items = answer.items else {
            throw RPCError(.internal, "\(request.label): expected an array of containers, found \(answer.summary)")
        }
        return items.compactMap { $0["Id"]?.text }
    }

    /// A container; `nil` when there is none such any more.
    func inspect(_ id: String) async throws -> ContainerInspection? {
        let request = RegistryRequest("GET", try await known() + "/containers", [id, "json"])
        let answer = try await http.ask(host.node, request, within: DockerEngine.timeout)
        if answer.status == 404 { return nil }
        return try ContainerInspection(try DockerEngine.checked(answer).json())
    }

    /// Hands events to `take` as they come, those after `since` first, until the engine ends; none at first, which says
    /// that none is missed from then on.
    func events(since: String?, _ take: ([EngineEvent]) -> Void) async throws {
        // It may be another engine by now.
        base.withLock { $0 = nil }
        var request = RegistryRequest("GET", try await known() + "/events")
        let filters = [
            "type": JSONValue.list([.text("container")]), "event": .list(EngineEvent.actions.map(JSONValue.text)),
        ]
        request.add("filters", JSONValue.fields(filters).description)
        if let since { request.add("since", since) }
        let answer = try await http.lines(host.node, request, within: DockerEngine.timeout) { lines in
            var events: [EngineEvent] = []
            for line in lines {
                do throws(ConfigurationError) {
                    if let event = EngineEvent(try JSONValue(parsing: line)) { events.append(event) }
                } catch {
                    throw RPCError(.internal, "\(request.label): read an event: \(error.message)")
                }
            }
            if lines.isEmpty || !events.isEmpty { take(events) }
        }
        _ = try DockerEngine.checked(answer)
    }

    func close() async { await http.close() }

    private func ask(_ request: RegistryRequest) async throws -> RegistryAnswer {
        try DockerEngine.checked(try await http.ask(host.node, request, within: DockerEngine.timeout))
    }

    /// What stands before every path, once the engine has said which versions it knows.
    private func known() async throws -> String {
        if let base = base.withLock(\.self) { return base }
        let answer = try await ask(RegistryRequest("GET", "/version")).json()
        let base =
            "/v" + DockerEngine.version(newest: answer["ApiVersion"]?.text, oldest: answer["MinAPIVersion"]?.text)
        self.base.withLock { $0 = base }
        return base
    }

    /// The version to ask for of an engine that knows those from `oldest` to `newest`.
    static func version(newest: String?, oldest: String?) -> String {
        var chosen = version
        if let newest = newest.flatMap(parsed), newest < chosen { chosen = newest }
        if let oldest = oldest.flatMap(parsed), oldest > chosen { chosen = oldest }
        return "\(chosen.0).\(chosen.1)"
    }

    private static func parsed(_ text: String) -> (Int, Int)? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        return (major, minor)
    }

    /// The answer, or an error with the engine's own words.
    private static func checked(_ answer: RegistryAnswer) throws -> RegistryAnswer {
        guard !answer.isSuccess else { return answer }
        var short = answer
        if let message = (try? answer.json())?["message"]?.text { short.body = message }
        throw short.error
    }
}
