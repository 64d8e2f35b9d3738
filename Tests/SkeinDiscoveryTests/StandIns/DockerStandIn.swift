// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

@testable import SkeinDiscovery

/// Stands in for a Docker Engine at a Unix socket: containers that are made, started and ended, events that are told
/// and told again. What it answers is held against recordings of a real one.
final class DockerStandIn: Sendable {
    let socket: String
    private let folder: TemporaryFolder
    private let server: StandInServer
    private let book: Book

    /// What the requests share.
    final class Book: Sendable {
        let state: Mutex<DockerState>
        let wakeups = Wakeups()
        /// Is sent in place of the next events.
        let garbage = Mutex<String?>(nil)
        /// Of requests that are answered with an error.
        let failing = Mutex<Set<String>>([])
        /// `since` of each stream of events.
        let streams = Mutex<[String?]>([])

        init() throws { state = Mutex(try DockerState()) }
    }

    init() async throws {
        folder = try TemporaryFolder()
        socket = folder.file("docker.sock")
        let book = try Book()
        self.book = book
        server = StandInServer(at: socket) { request in try await DockerStandIn.answer(request, book) }
        try await server.start()
    }

    func start() async throws { try await server.start() }
    func stop() async { await server.stop() }

    /// Ends as an engine that takes its containers along, and begins anew without knowing what it told.
    func restart() async throws {
        await stop()
        book.state.withLock { $0.restart() }
        try await start()
    }

    /// How often events were asked for, and from where on.
    var streams: [String?] { book.streams.withLock(\.self) }

    func send(garbage: String) {
        book.garbage.withLock { $0 = garbage }
        book.wakeups.wake()
    }

    /// Lets requests whose last part is one of these fail.
    func fail(_ parts: Set<String>) { book.failing.withLock { $0 = parts } }

    /// Changes the container of that name.
    func change(_ name: String, _ body: (inout DockerState, Int) -> Void) {
        book.state.withLock { state in
            if let index = state.index(of: name) { body(&state, index) }
        }
        book.wakeups.wake()
    }

    private static let headers = [("Api-Version", "1.41"), ("Docker-Experimental", "false"), ("Ostype", "linux")]

    private static func answer(_ request: StandInServer.Request, _ book: Book) async throws -> StandInServer.Answer {
        var parts = request.parts
        if parts.first?.hasPrefix("v1.") == true { parts.removeFirst() }
        if let last = parts.last, book.failing.withLock({ $0.contains(last) }) {
            return .json(500, .fields(["message": .text("the daemon is out of sorts")]), headers)
        }
        switch (request.method, parts.first, parts.count) {
        case ("GET", "_ping", 1): return .text(200, "OK", headers)
        case ("GET", "version", 1):
            let version = try RecordedExchange.all("docker").first { $0.label == "version" }?.answer
            return .json(200, version ?? .fields([:]), headers)
        case ("GET", "events", 1): return events(request, book)
        case (_, "containers", _):
            let answer = book.state.withLock { containers(request, Array(parts.dropFirst()), &$0) }
            book.wakeups.wake()
            return answer
        default: return error(404, "page not found")
        }
    }

    private static func error(_ status: Int, _ message: String) -> StandInServer.Answer {
        .json(status, .fields(["message": .text(message)]), headers)
    }

    private static func containers(
        _ request: StandInServer.Request, _ parts: [String], _ state: inout DockerState
    ) -> StandInServer.Answer {
        let filters = request.value("filters").flatMap { try? JSONValue(parsing: $0) }
        if parts == ["json"] {
            return .json(200, state.list((filters?["status"]?.items ?? []).compactMap(\.text)), headers)
        }
        if parts == ["create"] {
            guard let body = try? JSONValue(parsing: request.body) else { return error(400, "EOF") }
            let id = state.create(request.value("name") ?? "nameless", body)
            return .json(201, .fields(["Id": .text(id), "Warnings": .list([])]), headers)
        }
        let name = parts.first ?? ""
        guard let index = state.index(of: name) else { return error(404, "No such container: \(name)") }
        switch (request.method, parts.count > 1 ? parts[1] : "") {
        case ("GET", "json"): return .json(200, state.inspect(state.containers[index]), headers)
        case ("POST", "start"): state.start(index)
        case ("POST", "pause"): state.set(index, status: "paused", "pause")
        case ("POST", "unpause"): state.set(index, status: "running", "unpause")
        case ("POST", "rename"): state.rename(index, to: request.value("name") ?? "")
        case ("POST", "kill"): state.end(index, code: 137, signals: [9])
        case ("POST", "stop"):
            // Programs of a test take no notice of the first one.
            state.end(index, code: 137, signals: [15, 9])
            state.stopped(index)
        case ("DELETE", ""):
            if state.containers[index].status == "running" { state.end(index, code: 137, signals: [9]) }
            state.remove(index)
        default: return error(404, "page not found")
        }
        return .empty(204, headers)
    }

    /// The events since a time, and on; up to a time only those that there were.
    private static func events(_ request: StandInServer.Request, _ book: Book) -> StandInServer.Answer {
        book.streams.withLock { $0.append(request.value("since")) }
        let filters = request.value("filters").flatMap { try? JSONValue(parsing: $0) }
        let actions = filters?["event"]?.items.map { Set($0.compactMap(\.text)) }
        let since = request.value("since").map(nanoseconds)
        let start = since == nil ? book.state.withLock { $0.events.count } : 0
        let isBounded = request.has("until")
        return StandInServer.Answer(status: 200, headers: headers + [("Content-Type", "application/json")]) { send in
            var next = start
            while !Task.isCancelled {
                let seen = book.wakeups.count
                let events = book.state.withLock { Array($0.events.dropFirst(next)) }
                next += events.count
                for event in events where (event["timeNano"]?.number ?? 0) >= since ?? 0 {
                    let action = event["Action"]?.text?.prefix { $0 != ":" } ?? ""
                    if actions?.contains(String(action)) != false { try await send("\(event)\n") }
                }
                if let garbage = book.garbage.withLock({ $0.take() }) { try await send(garbage) }
                if isBounded { return }
                await book.wakeups.wait(after: seen, atMost: .seconds(1))
            }
        }
    }

    private static func nanoseconds(_ text: String) -> Int {
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (Int(parts[0]) ?? 0) * 1_000_000_000 + fraction
    }
}
