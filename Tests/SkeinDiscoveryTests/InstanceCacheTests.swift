// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("the list of an earlier run")
struct InstanceCacheTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString)").path
    private let context = RegistryContext()

    private func cache(_ target: String) throws -> InstanceCache {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return InstanceCache(directory: directory, target: try Target(target))
    }

    @Test("what is stored is loaded, for the same target only")
    func roundTrip() async throws {
        var instance = ServiceInstance(service: "s", id: "1", host: "10.0.0.1", port: 1)
        (instance.weight, instance.zone, instance.tags, instance.metadata) = (3, "z", ["t"], ["k": "ü"])
        let cache = try cache("etcd://a/s")
        let before = await cache.load(context)
        #expect(before == nil)
        await cache.store([instance], context)
        let after = await cache.load(context)
        #expect(after == [instance])
        let other = await (try self.cache("etcd://a/t")).load(context)
        #expect(other == nil)
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("targets have files of their own, and none tells a secret")
    func files() async throws {
        let targets = [
            "consul://h/s", "consul://h/s?token=hunter2", "consul://u:hunter2@h/s", "consul://h/s?dc=a",
            "consul://h/s?dc=b", "consul://h/s?tag=a", "consul://h/s?tag=a&dc=a",
        ]
        for (port, target) in targets.enumerated() {
            await (try cache(target)).store([ServiceInstance(service: "s", host: "10.0.0.1", port: port)], context)
        }
        for (port, target) in targets.enumerated() {
            let list = await (try cache(target)).load(context)
            #expect(list?.map(\.port) == [port], "\(target)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(files.count == targets.count)
        for file in files {
            let text = try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)
            #expect(!file.contains("hunter") && !text.contains("hunter"), "\(file)")
        }
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("a damaged file and a missing directory are no list, and no crash")
    func damaged() async throws {
        let cache = try cache("etcd://a/s")
        await cache.store([ServiceInstance(service: "s", host: "10.0.0.1", port: 1)], context)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        let file = try #require(files.first)
        #expect(files.count == 1)
        for text in ["", "{", "[]", "{\"target\":\"etcd://a/s\",\"instances\":[{}]}"] {
            try text.write(toFile: "\(directory)/\(file)", atomically: true, encoding: .utf8)
            let list = await cache.load(context)
            #expect(list == nil)
        }
        try FileManager.default.removeItem(atPath: directory)
        await cache.store([], context)
        let list = await cache.load(context)
        #expect(list == nil)
    }
}
