// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

/// A registrator in this process, and a look into the registry that it writes to.
final class RunningRegistrator: Sendable {
    private let registrator: Registrator
    private let task: Task<Void, Never>
    private let registry: any ServiceRegistry

    /// Of an engine at `socket`, in the registry of the first target and in the others.
    init(
        _ socket: String, _ targets: String..., catalog: RegistryCatalog = .builtIn,
        _ change: (inout RegistratorOptions) -> Void = { _ in }
    ) throws {
        var options = RegistratorOptions(hostName: "box")
        options.ttl = .seconds(60)
        options.address = "10.0.0.7"
        change(&options)
        let registrator = try Registrator(
            docker: "unix://\(socket)", targets: targets, options: options, catalog: catalog, environment: [:],
            RegistryContext())
        self.registrator = registrator
        registry = try catalog.registry(targets[0], RegistryContext())
        task = Task { await registrator.run() }
    }

    deinit { task.cancel() }

    /// Lets it come to its end, as SIGTERM does.
    func end() async {
        registrator.shutDown()
        await task.value
    }

    /// Lets it stop where it is, as SIGKILL does.
    func kill() async {
        task.cancel()
        await task.value
    }

    func instances(_ service: String) async throws -> [ServiceInstance] { try await registry.list(service).instances }

    /// Waits until exactly these addresses are registered, under these ids if they are given.
    func until(
        _ service: String, _ addresses: [String], ids: [String]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var found: [ServiceInstance] = []
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            found = (try? await instances(service)) ?? []
            let isComplete = found.map(\.address).sorted() == addresses.sorted()
            if isComplete, ids.map({ $0.sorted() == found.map(\.id).sorted() }) ?? true { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        let names = found.map { "\($0.id) at \($0.address)" }
        Issue.record(
            "\(service): expected \(ids ?? []) at \(addresses), found \(names)", sourceLocation: sourceLocation)
    }

    func close() async { await registry.close() }
}
