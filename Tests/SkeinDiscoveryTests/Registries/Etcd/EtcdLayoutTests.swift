// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinDiscovery

@Suite("the layout of instances in etcd")
struct EtcdLayoutTests {
    private let layout = EtcdLayout(prefix: "")

    private func read(_ value: String, key: String = "s/a") -> ServiceInstance? {
        layout.instance(Array(key.utf8), Array(value.utf8), of: "s")
    }

    @Test("an instance that is nothing but an address is written as grpc-go writes it")
    func plain() {
        let instance = ServiceInstance(service: "greeter", host: "10.0.0.7", port: 50051)
        #expect(String(decoding: layout.key(of: instance), as: UTF8.self) == "greeter/10.0.0.7:50051")
        let value = String(decoding: layout.value(of: instance), as: UTF8.self)
        #expect(value == #"{"Op":0,"Addr":"10.0.0.7:50051","Metadata":null}"#)
    }

    @Test("all that is known of an instance is read again")
    func roundTrip() {
        var instance = ServiceInstance(service: "s", id: "x/y \"z\"", host: "2001:db8::1", port: 1)
        (instance.weight, instance.priority, instance.zone, instance.version) = (9, 2, "eu-1", "1.0-ü")
        (instance.tags, instance.metadata) = (["a,b", ""], ["k\n": "v\\", "weight": "1", "": ""])
        let layout = EtcdLayout(prefix: "a/b")
        let read = layout.instance(layout.key(of: instance), layout.value(of: instance), of: "s")
        #expect(read == instance)
        #expect(layout.key(of: instance).starts(with: "a/b/s/x/y".utf8))
    }

    @Test(
        "metadata of another shape is read as far as it is known",
        arguments: [
            (#"{"Op":0,"Addr":"h:1","Metadata":null}"#, [:]), (#"{"Addr":"h:1"}"#, [:]),
            (#"{"Op":0,"Addr":"h:1","Metadata":7}"#, [:]), (#"{"Op":0,"Addr":"h:1","Metadata":"text"}"#, [:]),
            (#"{"Op":0,"Addr":"h:1","Metadata":[1,{"a":"b"}]}"#, [:]),
            (
                #"{"Op":0,"Addr":"h:1","Metadata":{"team":"x","n":1,"weight":"7","tags":"a"}}"#,
                [
                    "team": "x", "weight": "7", "tags": "a",
                ]
            ),
            (#"{"Op":0,"Addr":"h:1","Metadata":{"weight":-1,"priority":900,"metadata":{"a":1,"b":"c"}}}"#, ["b": "c"]),
        ] as [(String, [String: String])])
    func foreign(value: String, metadata: [String: String]) {
        var expected = ServiceInstance(service: "s", id: "a", host: "h", port: 1)
        expected.metadata = metadata
        #expect(read(value) == expected)
    }

    @Test(
        "what is no instance is left out",
        arguments: [
            "", "{", "null", "7", "[]", "{}", #"{"Addr":7}"#, #"{"Addr":""}"#, #"{"Addr":"h"}"#, #"{"Addr":"h:0"}"#,
            #"{"Addr":"h:70000"}"#, #"{"Addr":"a b:1"}"#, #"{"Addr":"h:1","#, #"{"Addr":"h:1","Addr":"h:2"}"#,
            String(repeating: "[", count: 100_000),
        ])
    func garbage(value: String) { #expect(read(value) == nil) }

    @Test("keys of other services, and keys that are no text, are left out")
    func keys() {
        let value = #"{"Addr":"h:1"}"#
        for key in ["s/", "s", "sx/a", "t/a", ""] { #expect(read(value, key: key) == nil) }
        #expect(layout.instance(Array("s/".utf8) + [0xff], Array(value.utf8), of: "s") == nil)
    }

    @Test("the range of a service holds its keys and no other's")
    func range() {
        let (key, end) = EtcdLayout(prefix: "p").range(of: "s")
        #expect(key == Array("p/s/".utf8))
        #expect(end == Array("p/s0".utf8))
    }
}
