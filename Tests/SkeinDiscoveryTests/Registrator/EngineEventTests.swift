// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

@Suite("what a Docker Engine says")
struct EngineEventTests {
    private func answer(_ label: String) throws -> JSONValue {
        try #require(try RecordedExchange.all("docker").first { $0.label == label }?.answer)
    }

    @Test("recorded events: those that matter, of which container, and how it ended")
    func events() throws {
        let lines = try #require(try RecordedExchange.all("docker").last?.lines)
        let events = lines.compactMap(EngineEvent.init)
        let ids = events.map { String($0.container.prefix(2)) }
        #expect(ids == ["1a", "29", "1a", "1a", "1a", "1a", "1a", "1a", "29", "29"])
        let ended = EngineEvent.Kind.died(exitCode: 137)
        let gone = EngineEvent.Kind.died(exitCode: nil)
        #expect(
            events.map(\.kind) == [
                .changed, .changed, .changed, .changed, ended, .changed, ended, gone, ended, gone,
            ])
        #expect(events.first?.time == 1_795_231_314_614_689_602)
    }

    @Test("a stream goes on behind the last event")
    func since() {
        #expect(EngineEvent.since(1_795_231_314_614_689_602) == "1795231314.614689603")
        #expect(EngineEvent.since(1_999_999_999) == "2.000000000")
        #expect(EngineEvent.since(.max) == "9223372036.854775807")
    }

    @Test(
        "events of other kinds, and without sense, are none",
        arguments: [
            "{}", "[]", "null", #"{"Type":"network","Action":"start","Actor":{"ID":"a"}}"#,
            #"{"Type":"container","Action":"exec_create: /bin/sh","Actor":{"ID":"a"}}"#,
            #"{"Type":"container","Action":"start","Actor":{"ID":""}}"#, #"{"Action":"start"}"#,
            #"{"Action":7,"id":"a"}"#, #"{"Action":"kill","id":"a"}"#,
        ])
    func others(text: String) throws {
        #expect(EngineEvent(try JSONValue(parsing: text)) == nil)
    }

    @Test("newer engines leave out the older names of the same things, older ones the newer")
    func shapes() throws {
        let new = EngineEvent(
            try JSONValue(parsing: #"{"Type":"container","Action":"health_status: healthy","Actor":{"ID":"a"}}"#))
        #expect(new == EngineEvent(container: "a", .changed, time: 0))
        let old = EngineEvent(try JSONValue(parsing: #"{"status":"die","id":"a","timeNano":5}"#))
        #expect(old == EngineEvent(container: "a", .died(exitCode: nil), time: 5))
    }

    @Test("a recorded container in the machine's network")
    func hostContainer() throws {
        let container = try ContainerInspection(try answer("inspect"))
        #expect(container.name == "svc1")
        #expect(container.image == "bb")
        #expect(container.networkMode == "host")
        #expect(container.isRunning && container.health == nil)
        #expect(container.exposed.map(\.description) == ["50051/tcp"])
        #expect(container.ports.isEmpty && container.address.isEmpty)
        let service = ContainerServices(container, RegistratorOptions(hostName: "box")).services.first
        #expect(service?.instance.service == "greeter")
        #expect(service?.instance.id == "g-1")
        #expect(service?.instance.tags == ["v1", "grpc"])
        #expect(service?.ttl == .seconds(10))
    }

    @Test("a recorded container with a published port")
    func bridgeContainer() throws {
        let container = try ContainerInspection(try answer("inspect bridge"))
        #expect(container.address == "172.17.0.2")
        #expect(container.ports.values.first == [ContainerInspection.Binding(host: "127.0.0.1", port: 15051)])
        let service = ContainerServices(container, RegistratorOptions(hostName: "box")).services.first
        #expect(service?.instance.address == "127.0.0.1:15051")
        #expect(service?.instance.service == "greeter")
    }

    @Test("an address is looked for in the default bridge, the network of its start, then the others by name")
    func addresses() throws {
        func address(_ settings: String, mode: String = "back") throws -> String {
            let text = #"{"Id":"a","State":{},"HostConfig":{"NetworkMode":"\#(mode)"},"NetworkSettings":\#(settings)}"#
            return try ContainerInspection(try JSONValue(parsing: text)).address
        }
        let networks = #""Networks":{"back":{"IPAddress":"10.2.0.1"},"a":{"IPAddress":"10.1.0.1"}}"#
        #expect(try address(#"{"IPAddress":"10.0.0.1",\#(networks)}"#) == "10.0.0.1")
        #expect(try address("{\(networks)}") == "10.2.0.1")
        #expect(try address("{\(networks)}", mode: "default") == "10.1.0.1")
        #expect(try address(#"{"Networks":{"a":{"IPAddress":"","GlobalIPv6Address":"fd00::2"}}}"#) == "fd00::2")
        #expect(try address("{}").isEmpty)
    }

    @Test("answers that are damaged are read or refused, and never more")
    func damaged() async throws {
        let texts = try ["inspect", "inspect bridge"].map { Array(try answer($0).description.utf8) }
        try await Fuzz.run("container", cases: 2_000) { seed, random in
            let bytes = Mutation.mutate(texts[Int(seed % 2)], with: texts[Int(seed + 1) % 2], in: .json, &random)
            guard let value = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
            _ = EngineEvent(value)
            guard let container = try? ContainerInspection(value) else { return }
            let services = ContainerServices(container, RegistratorOptions(hostName: "box")).services
            for service in services {
                #expect(!service.instance.service.isEmpty)
                #expect((1...65535).contains(service.instance.port), "\(Fuzz.describe(seed, bytes))")
            }
        }
    }
}
