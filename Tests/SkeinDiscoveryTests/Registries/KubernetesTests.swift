// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("Kubernetes", .timeLimit(.minutes(5)))
struct KubernetesTests {
    private let catalog = RegistryCatalog(KubernetesRegistry.self)

    private func registry(_ server: KubernetesStandIn, _ query: String = "") throws -> KubernetesRegistry {
        let target = try Target("kubernetes:///?server=http://\(server.address)\(query)", schemes: ["kubernetes"])
        return try KubernetesRegistry(
            RegistryTarget(target, defaultPort: 1, namesServers: false), RegistryContext(seed: 3))
    }

    private func watch(_ server: KubernetesStandIn, _ service: String = "greeter.default") throws -> WatchedList {
        try WatchedList("kubernetes:///\(service)?server=http://\(server.address)", catalog)
    }

    private func write(
        _ server: KubernetesStandIn, _ name: String, _ addresses: [String], ports: [(name: String, port: Int)]? = nil,
        conditions: [String: Bool] = ["ready": true], family: String = "IPv4"
    ) {
        let slice = KubernetesState.slice(
            name, of: "greeter", addresses, ports: ports ?? [("grpc", 50051)], conditions: conditions, family: family)
        let answer = server.change { $0.write(slice, in: "default", replacing: nil, "v1") }
        #expect((200...201).contains(answer.status))
    }

    @Test("the contract of a registry that is only read", arguments: RegistryContract.ofReaders)
    func contract(promise: RegistryContract) async throws {
        let server = try await KubernetesStandIn()
        var subject = try RegistrySubject.kubernetes("?server=http://\(server.address)")
        subject.restart = { try await server.restart() }
        try await promise.check(subject)
        await server.stop()
    }

    @Test("changes of slices are seen, each slice on its own, and an endpoint in two of them once")
    func slices() async throws {
        let server = try await KubernetesStandIn()
        let list = try watch(server)
        try await until { server.state.withLock { $0.requests.count } >= 2 }
        write(server, "greeter-a", ["10.0.0.1 z1", "10.0.0.2 z2"])
        try await until { list.ids == ["10.0.0.1:50051", "10.0.0.2:50051"] }
        #expect(Set(list.instances?.map(\.zone) ?? []) == ["z1", "z2"])
        write(server, "greeter-b", ["10.0.0.2 z2", "10.0.0.3"])
        try await until { list.ids == ["10.0.0.1:50051", "10.0.0.2:50051", "10.0.0.3:50051"] }
        #expect(list.instances?.count == 3)
        write(server, "greeter-a", ["10.0.0.9"])
        try await until { list.ids == ["10.0.0.2:50051", "10.0.0.3:50051", "10.0.0.9:50051"] }
        _ = server.change { $0.remove("greeter-b", in: "default") }
        try await until { list.ids == ["10.0.0.9:50051"] }
        // Another service, and another namespace, are not this one.
        let other = KubernetesState.slice("other-a", of: "greeterx", ["10.0.1.1"])
        _ = server.change { $0.write(other, in: "default", replacing: nil, "v1") }
        let elsewhere = KubernetesState.slice("greeter-c", of: "greeter", ["10.0.1.2"])
        _ = server.change { $0.write(elsewhere, in: "elsewhere", replacing: nil, "v1") }
        write(server, "greeter-a", ["10.0.0.9", "10.0.0.8"])
        try await until { list.ids == ["10.0.0.8:50051", "10.0.0.9:50051"] }
        await server.stop()
    }

    @Test("five hundred endpoints, and after a thousand random steps no ghosts and none twice")
    func many() async throws {
        let server = try await KubernetesStandIn()
        let list = try watch(server)
        for part in 0..<5 { write(server, "greeter-\(part)", (0..<100).map { "10.0.\(part).\($0)" }) }
        try await until { list.instances?.count == 500 }
        var random = SplitMix64(seed: 7)
        var model = Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, (0..<100).map { $0 }) })
        for _ in 0..<1000 {
            let part = Int.random(in: 0..<5, using: &random)
            if model[part] != nil, Int.random(in: 0..<4, using: &random) == 0 {
                _ = server.change { $0.remove("greeter-\(part)", in: "default") }
                model[part] = nil
            } else {
                let hosts = (0..<4).map { _ in Int.random(in: 0..<20, using: &random) }
                write(server, "greeter-\(part)", Set(hosts).sorted().map { "10.0.0.\($0)" })
                model[part] = hosts
            }
        }
        write(server, "greeter-0", ["10.0.0.1"])
        model[0] = [1]
        let expected = Set(model.values.joined().map { "10.0.0.\($0):50051" })
        try await until("\(list.ids ?? []) is not \(expected)") { list.ids == expected }
        #expect(list.instances?.count == expected.count)
        await server.stop()
    }

    @Test("a history that is forgotten, a server that restarts and watches that end are got over")
    func gaps() async throws {
        let server = try await KubernetesStandIn()
        write(server, "greeter-a", ["10.0.0.1"])
        let list = try watch(server)
        try await until { list.ids == ["10.0.0.1:50051"] }
        try await server.restart()
        write(server, "greeter-a", ["10.0.0.2"])
        try await until { list.ids == ["10.0.0.2:50051"] }
        server.change { $0.cutsWatches = true }
        for number in 3...5 {
            write(server, "greeter-a", ["10.0.0.\(number)"])
            try await until { list.ids == ["10.0.0.\(number):50051"] }
        }
        await server.stop()
    }

    @Test("a gap in the history ends the watch without an error; a refusal is one")
    func gone() async throws {
        let server = try await KubernetesStandIn()
        let registry = try registry(server)
        let listing = try await registry.list("greeter.default")
        server.state.withLock { $0.compact() }
        try await registry.watch("greeter.default", after: listing.revision, ChangeFeed { _ in })
        // A list that another task took meanwhile is no place to start from.
        try await registry.watch("greeter.default", after: listing.revision, ChangeFeed { _ in })
        await registry.close()
        await server.stop()
    }

    @Test("a server that finds nothing for a moment is asked for the newest version again")
    func notFoundOnce() async throws {
        let server = try await KubernetesStandIn { $0.versions = [] }
        let registry = try registry(server)
        await #expect(throws: RPCError.self) { try await registry.list("greeter.default") }
        server.change { $0.versions = ["v1"] }
        write(server, "greeter-a", ["10.0.0.1"])
        let listing = try await registry.list("greeter.default")
        #expect(listing.instances.map(\.host) == ["10.0.0.1"])
        await registry.close()
        await server.stop()
    }

    @Test("a server that knows only v1beta1 is asked for that")
    func older() async throws {
        let server = try await KubernetesStandIn { $0.versions = ["v1beta1"] }
        let registry = try registry(server)
        write(server, "greeter-a", ["10.0.0.1"])
        for _ in 0..<2 {
            let ids = try await registry.list("greeter.default").instances.map(\.id)
            #expect(ids == ["10.0.0.1:50051"])
        }
        let asked = server.state.withLock(\.requests)
        #expect(asked.count { $0.contains("/v1beta1/") } == 2)
        await registry.close()
        await server.stop()
    }

    @Test("a token is sent; one in a file is read anew; what the server says to a wrong one is told")
    func tokens() async throws {
        let server = try await KubernetesStandIn { $0.users = ["good": true, "next": true, "plain": false] }
        let file = Mutex("good\n")
        let surroundings = KubernetesAccess.Surroundings(environment: [:]) { _ in file.withLock(\.self) }
        let text = "kubernetes:///?server=http://\(server.address)&token-file=/run/token"
        let target = try RegistryTarget(Target(text, schemes: ["kubernetes"]), defaultPort: 1, namesServers: false)
        let registry = try KubernetesRegistry(target, RegistryContext(), surroundings)
        _ = try await registry.list("greeter")
        for (token, code, message) in [
            ("wrong", StatusCode.unauthenticated, "status 401: Unauthorized"),
            ("plain", .permissionDenied, "status 403: endpointslices.discovery.k8s.io is forbidden: User \"plain\""),
        ] {
            file.withLock { $0 = token }
            let error = await #expect(throws: RPCError.self) { _ = try await registry.list("greeter") }
            #expect(error?.code == code)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("GET /apis/discovery.k8s.io/v1/namespaces/default/endpointslices") == true)
        }
        file.withLock { $0 = "next" }
        _ = try await registry.list("greeter")
        await registry.close()
        await server.stop()
    }

    @Test("nothing can be registered, and the error says who does that")
    func readOnly() async throws {
        let server = try await KubernetesStandIn()
        let registry = try registry(server)
        let instance = ServiceInstance(service: "greeter", host: "10.0.0.1", port: 1)
        let error = await #expect(throws: RPCError.self) { try await registry.register(instance, ttl: .seconds(9)) }
        #expect(error?.code == .unimplemented)
        #expect(error?.message.contains("the cluster registers pods by itself") == true)
        await server.stop()
    }
}
