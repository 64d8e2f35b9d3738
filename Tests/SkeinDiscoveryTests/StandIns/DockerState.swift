// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinDiscovery

/// The containers of a stand-in for a Docker Engine, and the events that they had.
struct DockerState: Sendable {
    struct Container: Sendable {
        var id: String
        var name: String
        /// What it was created from.
        var body: JSONValue
        var status = "created"
        var exitCode = 0
        var health: String?
    }

    /// What a real engine answered about one container, and in a list.
    private let inspected: JSONValue
    private let listed: JSONValue
    private(set) var containers: [Container] = []
    private(set) var events: [JSONValue] = []
    private var time = 1_795_231_314_000_000_000
    private var serial = 0

    init() throws {
        let recordings = try RecordedExchange.all("docker")
        inspected = recordings.first { $0.label == "inspect" }?.answer ?? JSONValue(.null)
        listed = recordings.first { $0.label == "list" }?.answer?.items?.first ?? JSONValue(.null)
    }

    func index(of name: String) -> Int? {
        containers.firstIndex { $0.name == name || $0.id.hasPrefix(name) }
    }

    /// The id of a new container, the first in lists.
    mutating func create(_ name: String, _ body: JSONValue) -> String {
        serial += 1
        let id = String(repeating: "0", count: 60) + String(serial + 4096, radix: 16)
        let container = Container(id: String(id.reversed()), name: name, body: body)
        containers.insert(container, at: 0)
        tell("create", container)
        return container.id
    }

    mutating func start(_ index: Int) {
        (containers[index].status, containers[index].exitCode) = ("running", 0)
        if containers[index].body["Healthcheck"]?.isNull == false { containers[index].health = "starting" }
        tell("start", containers[index])
    }

    /// Ends by itself, or by signals that were sent to it.
    mutating func end(_ index: Int, code: Int, signals: [Int] = []) {
        for signal in signals { tell("kill", containers[index], ["signal": "\(signal)"]) }
        (containers[index].status, containers[index].exitCode) = ("exited", code)
        tell("die", containers[index], ["exitCode": "\(code)"])
    }

    mutating func remove(_ index: Int) { tell("destroy", containers.remove(at: index)) }

    mutating func set(_ index: Int, status: String, _ action: String) {
        containers[index].status = status
        tell(action, containers[index])
    }

    mutating func set(_ index: Int, health: String) {
        containers[index].health = health
        tell("health_status: \(health)", containers[index])
    }

    mutating func rename(_ index: Int, to name: String) {
        containers[index].name = name
        tell("rename", containers[index])
    }

    mutating func stopped(_ index: Int) { tell("stop", containers[index]) }

    /// The engine was started again: what ran has ended, and what it told of is forgotten.
    mutating func restart() {
        for index in containers.indices where containers[index].status != "exited" {
            (containers[index].status, containers[index].exitCode) = ("exited", 137)
        }
        events = []
    }

    private mutating func tell(_ action: String, _ container: Container, _ more: [String: String] = [:]) {
        time += 10_000_000
        let image = container.body["Image"]?.text ?? ""
        var attributes = container.body["Labels"]?.texts ?? [:]
        attributes.merge(["image": image, "name": container.name]) { $1 }
        attributes.merge(more) { $1 }
        events.append(
            .fields([
                "status": .text(action), "id": .text(container.id), "from": .text(image), "Type": .text("container"),
                "Action": .text(action), "scope": .text("local"), "time": .number(time / 1_000_000_000),
                "timeNano": .number(time),
                "Actor": .fields(["ID": .text(container.id), "Attributes": .texts(attributes)]),
            ]))
    }

    // MARK: What the engine says

    func list(_ statuses: [String]) -> JSONValue {
        let chosen = containers.filter { statuses.isEmpty ? $0.status == "running" : statuses.contains($0.status) }
        return .list(
            chosen.map { container in
                listed.with([
                    "Id": .text(container.id), "Names": .list([.text("/\(container.name)")]),
                    "State": .text(container.status), "Labels": .texts(container.body["Labels"]?.texts ?? [:]),
                    "Ports": .list(
                        (ports(container).fields ?? [:]).keys.map { _ in listed["Ports"]?.items?.first ?? .text("") }),
                    "NetworkSettings": .fields(["Networks": networks(container)]),
                ])
            })
    }

    func inspect(_ container: Container) -> JSONValue {
        let isUp = container.status != "exited" && container.status != "created"
        var state: [String: JSONValue] = [
            "Status": .text(container.status), "Running": JSONValue(.bool(isUp)),
            "Paused": JSONValue(.bool(container.status == "paused")), "ExitCode": .number(container.exitCode),
        ]
        if let health = container.health { state["Health"] = .fields(["Status": .text(health)]) }
        let config = inspected["Config"]?.with([
            "Env": container.body["Env"] ?? JSONValue(.null), "Image": container.body["Image"] ?? .text(""),
            "Labels": .texts(container.body["Labels"]?.texts ?? [:]),
            "ExposedPorts": container.body["ExposedPorts"] ?? JSONValue(.null),
            "Cmd": container.body["Cmd"] ?? JSONValue(.null),
        ])
        let network = inspected["NetworkSettings"]?.with([
            "Ports": isUp ? ports(container) : .fields([:]), "Networks": networks(container),
            "IPAddress": .text(address(container)),
        ])
        return inspected.with([
            "Id": .text(container.id), "Name": .text("/\(container.name)"),
            "Args": .list(Array((container.body["Cmd"]?.items ?? []).dropFirst())),
            "State": inspected["State"]?.with(state) ?? .fields(state), "Config": config ?? .fields([:]),
            "HostConfig": inspected["HostConfig"]?.with([
                "NetworkMode": .text(mode(container)),
                "PortBindings": container.body["HostConfig"]?["PortBindings"] ?? JSONValue(.null),
            ]) ?? .fields([:]), "NetworkSettings": network ?? .fields([:]),
        ])
    }

    private func mode(_ container: Container) -> String {
        container.body["HostConfig"]?["NetworkMode"]?.text ?? "bridge"
    }

    private func address(_ container: Container) -> String { mode(container) == "bridge" ? "172.17.0.2" : "" }

    private func networks(_ container: Container) -> JSONValue {
        let network = listed["NetworkSettings"]?["Networks"]?["bridge"]
        return .fields([mode(container): network?.with(["IPAddress": .text(address(container))])])
    }

    /// Exposed ports of a container with a network of its own, and where they are published.
    private func ports(_ container: Container) -> JSONValue {
        guard mode(container) == "bridge" else { return .fields([:]) }
        var ports = container.body["ExposedPorts"]?.fields?.mapValues { _ in JSONValue(.null) } ?? [:]
        for (port, bindings) in container.body["HostConfig"]?["PortBindings"]?.fields ?? [:] { ports[port] = bindings }
        return .fields(ports)
    }
}

extension JSONValue {
    /// An object with other members.
    fileprivate func with(_ members: [String: JSONValue]) -> JSONValue {
        JSONValue(.object((fields ?? [:]).merging(members) { $1 }))
    }
}
