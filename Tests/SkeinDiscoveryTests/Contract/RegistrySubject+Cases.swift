// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import SkeinResolution
import Testing

extension RegistrySubject {
    func isSeen() async throws {
        let (writer, service) = (try writer(), freshService())
        let list = try watch(service)
        try await until { list.answers > 0 }
        let instance = instance(service, 1) {
            ($0.weight, $0.zone, $0.version, $0.tags) = (7, "eu-1", "1.2.3", ["blue", "canary"])
            $0.metadata = ["team": "orders"]
        }
        try await writer.put(instance)
        try await until { list.instances == [normalized(instance)] }
        let listed = try await listed(service)
        #expect(listed == [normalized(instance)])
        await writer.close()
    }

    func isUpdated() async throws {
        let (writer, service) = (try writer(), freshService())
        let list = try watch(service)
        for port in 1...3 {
            let instance = instance(service, 1) { ($0.port, $0.metadata) = (port, ["step": "\(port)"]) }
            try await writer.put(instance)
            try await until { list.instances == [normalized(instance)] }
        }
        await writer.close()
    }

    func staysWithLease() async throws {
        let (registry, service) = (try registry(), freshService())
        let instance = instance(service, 1)
        // So long that a busy machine renews it in time.
        let ttl = max(self.ttl, .seconds(6))
        let lease = try await repeated { try await registry.register(instance, ttl: ttl) }
        let list = try watch(service)
        try await until { list.ids == ["i1"] }
        for _ in 0..<4 {
            try await Task.sleep(for: ttl / 3)
            let renewal = try await repeated { try await registry.renew(lease, of: instance, ttl: ttl) }
            #expect(renewal == .renewed)
        }
        #expect(list.ids == ["i1"])
        try await until(within: ttl + expirySlack + notice + .seconds(30)) {
            try await registry.list(service).instances.isEmpty
        }
        await registry.close()
    }

    func leaseIsLost() async throws {
        let (registry, service) = (try registry(), freshService())
        let instance = instance(service, 1)
        let lease = try await repeated { try await registry.register(instance, ttl: ttl) }
        try await until(within: ttl + expirySlack + .seconds(30)) {
            try await registry.list(service).instances.isEmpty
        }
        let renewal = try await repeated { try await registry.renew(lease, of: instance, ttl: ttl) }
        #expect(renewal == (isLostAtExpiry ? .lost : .renewed))
        let list = try watch(service)
        _ = try await repeated { try await registry.register(instance, ttl: .seconds(60)) }
        try await until { list.ids == ["i1"] }
        await registry.close()
    }

    func isDeregistered() async throws {
        let (registry, service) = (try registry(), freshService())
        let instances = (1...3).map { instance(service, $0) }
        var leases: [LeaseID] = []
        for instance in instances {
            leases.append(try await repeated { try await registry.register(instance, ttl: .seconds(60)) })
        }
        let list = try watch(service)
        try await until { list.ids == ["i1", "i2", "i3"] }
        try await repeated { try await registry.deregister(leases[1], of: instances[1]) }
        try await until { list.ids == ["i1", "i3"] }
        try await repeated { try await registry.deregister(leases[1], of: instances[1]) }
        let ids = try await registry.list(service).instances.map(\.id)
        #expect(Set(ids) == ["i1", "i3"])
        await registry.close()
    }

    func twoWatchers() async throws {
        let (writer, one, other) = (try writer(), freshService(), freshService())
        let lists = [try watch(one), try watch(one)]
        let elsewhere = try watch(other)
        // A service whose name starts like the other's is not the other.
        let (near, similar, far) = (instance(one, 1), instance(one + "x", 3), instance(other, 2))
        try await writer.put(near, similar, far)
        try await until { lists.allSatisfy { $0.ids == ids(near) } && elsewhere.ids == ids(far) }
        await writer.close()
    }

    func fiveHundred() async throws {
        let (writer, service) = (try writer(), freshService())
        try await writer.apply((0..<500).map { .put(instance(service, $0)) })
        let list = try watch(service)
        try await until { list.instances?.count == 500 }
        #expect(list.ids?.count == 500)
        await writer.close()
    }

    func anyText() async throws {
        let (writer, service) = (try writer(), freshService() + oddEnd)
        let list = try watch(service)
        let odd = instance(service, 1) {
            $0.id = "a:b,c é/\"1\""
            $0.metadata = ["quote\"s": "a\\b\nc", "emoji": "🧵", "empty": ""]
            $0.tags = ["a,b", "c=d"]
        }
        let plain = instance(service, 2)
        try await writer.put(odd)
        try await until { list.instances == [normalized(odd)] }
        try await writer.put(plain)
        try await until { list.ids == ids(odd, plain) }
        try await writer.remove(odd)
        try await until { list.instances == [normalized(plain)] }
        await writer.close()
    }

    func survivesRestart() async throws {
        guard let restart else { return }
        let (writer, service) = (try writer(), freshService())
        let server = ServiceInstance(service: service, host: "10.9.9.9", port: 99)
        let stop = try await serve(server, writer)
        let list = try watch(service)
        try await until { list.ids == ids(server) }
        try await restart()
        let later = try watch(service)
        try await until(within: .seconds(60)) { later.ids == ids(server) }
        #expect(list.ids == ids(server))
        let other = instance(service, 2)
        try await writer.put(other)
        try await until(within: .seconds(60)) { list.ids == ids(server, other) }
        try await stop()
        try await until(within: .seconds(60)) { list.ids == ids(other) }
        await writer.close()
    }

    func isTimely() async throws {
        let (writer, service) = (try writer(), freshService())
        let list = try watch(service)
        try await until { list.answers > 0 }
        var times: [Duration] = []
        for number in 1...5 {
            let start = ContinuousClock.now
            try await writer.put(instance(service, number))
            try await until { list.instances?.count == number }
            times.append(ContinuousClock.now - start)
        }
        // The median: other work on the machine may delay any one of them.
        #expect(times.sorted()[2] < notice, "\(times)")
        await writer.close()
    }

    func hasNoGhosts() async throws {
        let (writer, service) = (try writer(), freshService())
        let list = try watch(service)
        var random = SplitMix64(seed: 7)
        var model: [Int: ServiceInstance] = [:]
        var changes: [InstanceChange] = []
        for step in 0..<1000 {
            let number = Int.random(in: 0..<20, using: &random)
            if let known = model[number], Bool.random(using: &random) {
                changes.append(.remove(known))
                model[number] = nil
            } else {
                let instance = instance(service, number) { $0.metadata = ["step": "\(step)"] }
                changes.append(.put(instance))
                model[number] = instance
            }
        }
        try await writer.apply(changes)
        let expected = Set(model.values.map(normalized))
        try await until("\(list.instances ?? []) is not \(expected)") {
            let instances = list.instances ?? []
            return instances.count == expected.count && Set(instances) == expected
        }
        await writer.close()
    }
}
