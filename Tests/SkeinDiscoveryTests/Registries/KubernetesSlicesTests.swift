// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("the endpoint slices of Kubernetes")
struct KubernetesSlicesTests {
    @Test(
        "a service is named in many ways",
        arguments: [
            ("kubernetes:///greeter.prod:50051", "greeter.prod:50051"),
            ("kubernetes:///greeter.prod:grpc", "greeter.prod:grpc"),
            ("kubernetes:///greeter.prod", "greeter.prod"), ("kubernetes:///greeter:1", "greeter:1"),
            ("kubernetes:///greeter", "greeter"), ("kubernetes://greeter.prod:50051", "greeter.prod:50051"),
            ("kubernetes://greeter.prod:grpc/", "greeter.prod:grpc"),
            ("kubernetes://prod/greeter:grpc", "greeter.prod:grpc"),
            ("kubernetes://prod/greeter", "greeter.prod"), ("kubernetes:///greeter.prod.svc:1", "greeter.prod:1"),
            ("kubernetes:///greeter.prod.svc.cluster.local:1", "greeter.prod:1"),
        ])
    func names(text: String, expected: String) throws {
        let target = try Target(text, schemes: ["kubernetes"])
        let catalog = RegistryCatalog(KubernetesRegistry.self)
        #expect(try catalog.serviceName(target) == expected)
    }

    @Test(
        "what is no service is named",
        arguments: [
            ("kubernetes:///", "service.namespace:port"), ("kubernetes:///a/b/c", "service.namespace:port"),
            ("kubernetes:///a.b.c:1", "service.namespace.svc"), ("kubernetes:///a:0", "1 to 65535"),
            ("kubernetes:///a:1:2", "one port"), ("kubernetes:///A.b", "lower case"),
            ("kubernetes:///a..svc", "lower case"),
            ("kubernetes://ns/a.b", "without dots"), ("kubernetes:///a:g_x", "a port's number or name"),
        ])
    func wrongNames(text: String, expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try RegistryCatalog(KubernetesRegistry.self).serviceName(Target(text, schemes: ["kubernetes"]))
        }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    private func found(_ slices: [JSONValue], _ service: String) throws -> [String] {
        let list = JSONValue.fields(["metadata": .texts(["resourceVersion": "7"]), "items": .list(slices)])
        let found = try KubernetesSlices(list: list)
        return found.instances(of: try KubernetesService(service), as: "s").map(\.address)
    }

    @Test(
        "a port is taken by its number, by its name, or as the first one",
        arguments: [
            ("s", ["10.0.0.1:50051", "10.0.0.2:60000"]), ("s:50051", ["10.0.0.1:50051"]),
            ("s:admin", ["10.0.0.1:9090"]), ("s:none", []), ("s:4000", ["10.0.0.1:4000", "10.0.0.2:4000"]),
        ])
    func ports(service: String, expected: [String]) throws {
        let slices = [
            KubernetesState.slice("a", of: "s", ["10.0.0.1"], ports: [("grpc", 50051), ("admin", 9090)]),
            KubernetesState.slice("b", of: "s", ["10.0.0.2"], ports: [("grpc", 60000)]),
        ]
        #expect(try found(slices, service) == expected)
    }

    @Test(
        "who is ready is taken; while nobody is, who serves until it ends",
        arguments: [
            ([[:]], ["10.0.0.0:1"]), ([["ready": false]], []), ([["ready": true], ["ready": false]], ["10.0.0.0:1"]),
            ([["ready": false, "serving": true, "terminating": true]], ["10.0.0.0:1"]),
            ([["ready": true], ["ready": false, "serving": true, "terminating": true]], ["10.0.0.0:1"]),
            ([["ready": false, "serving": false, "terminating": true]], []),
        ] as [([[String: Bool]], [String])])
    func conditions(conditions: [[String: Bool]], expected: [String]) throws {
        let slices = conditions.enumerated().map { number, conditions in
            KubernetesState.slice(
                "a\(number)", of: "s", ["10.0.0.\(number)"], ports: [("grpc", 1)], conditions: conditions)
        }
        #expect(try found(slices, "s") == expected)
    }

    @Test("an endpoint in two slices counts once, as ready when one says so; of two families one is taken")
    func duplicates() throws {
        let both = [
            KubernetesState.slice("a", of: "s", ["10.0.0.1"], conditions: ["ready": false]),
            KubernetesState.slice("b", of: "s", ["10.0.0.1"]),
            KubernetesState.slice("c", of: "s", ["fd00::1"], family: "IPv6"),
        ]
        #expect(try found(both, "s") == ["10.0.0.1:50051"])
        #expect(try found([both[2]], "s") == ["[fd00::1]:50051"])
    }

    @Test(
        "garbage is an error or nothing, never a trap",
        arguments: [
            "{}", "[]", "null", #"{"items":7}"#, #"{"metadata":{"resourceVersion":5},"items":[]}"#,
        ])
    func garbage(text: String) throws {
        #expect(throws: RPCError.self) { try KubernetesSlices(list: JSONValue(parsing: text)) }
        var slices = try KubernetesSlices(
            list: JSONValue(parsing: #"{"metadata":{"resourceVersion":"1"},"items":[7,{}]}"#))
        for event in ["7", "{}", #"{"type":"ADDED"}"#, #"{"type":"WHAT","object":{"metadata":{"name":"a"}}}"#] {
            let step = try slices.take(JSONValue(parsing: event))
            #expect(step == .nothing)
        }
        let weird =
            #"{"type":"ADDED","object":{"metadata":{"name":"a"},"endpoints":[7,{"addresses":[1]},{}],"ports":3}}"#
        _ = try slices.take(JSONValue(parsing: weird))
        #expect(slices.instances(of: try KubernetesService("s:1"), as: "s").isEmpty)
    }
}
