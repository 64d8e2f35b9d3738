// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution

@testable import SkeinDiscovery

/// Starts and ends containers at a Docker Engine, or at what stands in for one.
struct EngineDriver: Sendable {
    struct Settings: Sendable {
        var environment: [String] = []
        var labels: [String: String] = [:]
        var ports: [String] = []
        /// Where the ports are published; none: the container is in the machine's network.
        var published: [Int] = []
        var hasHealthCheck = false
    }

    let socket: String
    private let http = RegistryHTTP(nil as RegistryHTTP.Security?)

    init(_ socket: String) { self.socket = socket }

    private func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> RegistryAnswer {
        let node = RegistryTarget.Node(host: socket, port: 0)
        return try await http.ask(node, RegistryRequest(method, "/v1.41\(path)", body: body), within: .seconds(60))
            .checked()
    }

    /// Makes a container and starts it.
    func run(_ name: String, _ settings: Settings = Settings()) async throws {
        var bindings: [String: JSONValue] = [:]
        for (port, published) in zip(settings.ports, settings.published) {
            bindings[port] = .list([.fields(["HostIp": .text("127.0.0.1"), "HostPort": .text("\(published)")])])
        }
        let check = JSONValue.fields(["Test": .list(["CMD", "/bin/busybox", "true"].map(JSONValue.text))])
        let body = JSONValue.fields([
            "Image": .text("bb"), "Cmd": .list(["/bin/busybox", "sleep", "600"].map(JSONValue.text)),
            "Env": .list(settings.environment.map(JSONValue.text)), "Labels": .texts(settings.labels),
            // The program takes no notice of SIGTERM.
            "StopSignal": .text("SIGKILL"),
            "ExposedPorts": .fields(Dictionary(uniqueKeysWithValues: settings.ports.map { ($0, .fields([:])) })),
            "Healthcheck": settings.hasHealthCheck ? check : nil,
            "HostConfig": .fields([
                "NetworkMode": .text(bindings.isEmpty ? "host" : "bridge"), "PortBindings": .fields(bindings),
            ]),
        ])
        _ = try await ask("POST", "/containers/create?name=\(name)", body)
        try await start(name)
    }

    func start(_ name: String) async throws { _ = try await ask("POST", "/containers/\(name)/start") }
    func kill(_ name: String) async throws { _ = try await ask("POST", "/containers/\(name)/kill") }
    func pause(_ name: String) async throws { _ = try await ask("POST", "/containers/\(name)/pause") }
    func unpause(_ name: String) async throws { _ = try await ask("POST", "/containers/\(name)/unpause") }
    func remove(_ name: String) async throws { _ = try await ask("DELETE", "/containers/\(name)?force=1") }

    func rename(_ name: String, to other: String) async throws {
        _ = try await ask("POST", "/containers/\(name)/rename?name=\(other)")
    }

    func close() async { await http.close() }
}
