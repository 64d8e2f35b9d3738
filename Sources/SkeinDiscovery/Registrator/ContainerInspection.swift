// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What the Docker Engine says of one container (`GET /containers/ID/json`), as far as it matters for registering.
struct ContainerInspection: Sendable, Hashable {
    /// A port within the container: `50051/tcp`.
    struct Port: Sendable, Hashable, Comparable, CustomStringConvertible {
        var number: Int
        var transport: String

        var description: String { "\(number)/\(transport)" }

        static func < (a: Port, b: Port) -> Bool { (a.number, a.transport) < (b.number, b.transport) }
    }

    /// Where a port is published.
    struct Binding: Sendable, Hashable {
        /// Empty or a wildcard: at every address of the machine.
        var host: String
        var port: Int
    }

    enum Health: String, Sendable, Hashable {
        case starting, healthy, unhealthy
    }

    var id: String
    var name: String
    var image = ""
    /// `NAME=value`
    var environment: [String] = []
    var labels: [String: String] = [:]
    /// Not when it is paused, or waits to be started again.
    var isRunning = true
    /// `nil`: it has no check.
    var health: Health?
    var exitCode = 0
    /// `bridge`, `host`, `container:ID`, or a network's name.
    var networkMode = "bridge"
    var exposed: Set<Port> = []
    /// The ports that are exposed in its network, and where each is published, if it is.
    var ports: [Port: [Binding]] = [:]
    /// Its own address; empty when it has none.
    var address = ""

    init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// Reads the engine's answer.
    init(_ answer: JSONValue) throws(RPCError) {
        guard let id = answer["Id"]?.text, !id.isEmpty, let state = answer["State"] else {
            throw RPCError(.internal, "read a container: expected an object with Id and State, found \(answer.summary)")
        }
        self.id = id
        let path = answer["Name"]?.text ?? ""
        name = path.hasPrefix("/") ? String(path.dropFirst()) : path
        let config = answer["Config"]
        image = config?["Image"]?.text ?? ""
        environment = (config?["Env"]?.items ?? []).compactMap(\.text)
        labels = config?["Labels"]?.texts ?? [:]
        isRunning =
            state["Running"]?.truth == true && state["Paused"]?.truth != true && state["Restarting"]?.truth != true
        health = state["Health"]?["Status"]?.text.flatMap(Health.init)
        exitCode = state["ExitCode"]?.number ?? 0
        networkMode = answer["HostConfig"]?["NetworkMode"]?.text ?? ""
        exposed = Set((config?["ExposedPorts"]?.fields ?? [:]).keys.compactMap(ContainerInspection.port))
        let settings = answer["NetworkSettings"]
        for (text, bindings) in settings?["Ports"]?.fields ?? [:] {
            guard let port = ContainerInspection.port(text) else { continue }
            ports[port] = (bindings.items ?? []).compactMap(ContainerInspection.binding)
        }
        address = ContainerInspection.address(settings, mode: networkMode)
    }

    private static func port(_ text: String) -> Port? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let number = Int(parts[0]), (1...65535).contains(number) else { return nil }
        return Port(number: number, transport: parts.count == 2 ? String(parts[1]) : "tcp")
    }

    private static func binding(_ value: JSONValue) -> Binding? {
        guard let port = value["HostPort"]?.number, (1...65535).contains(port) else { return nil }
        return Binding(host: value["HostIp"]?.text ?? "", port: port)
    }

    /// That of the default bridge, else of the network that the container was started in, else of the first by name.
    private static func address(_ settings: JSONValue?, mode: String) -> String {
        let networks = settings?["Networks"]?.fields ?? [:]
        let others = networks.sorted { $0.key < $1.key }.map(\.value)
        let all = [settings, networks[mode]].compactMap(\.self) + others
        let found = all.compactMap { $0["IPAddress"]?.text } + all.compactMap { $0["GlobalIPv6Address"]?.text }
        return found.first { !$0.isEmpty } ?? ""
    }
}
