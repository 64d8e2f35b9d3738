// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import SkeinResolution
import Testing

extension RegistrySubject {
    func isSeen() async throws {
        let (registry, service) = (try registry(), freshService())
        let list = try watch(service)
        try await until { list.instances == [] || list.updates > 0 }
        let instance = instance(service, 1) {
            ($0.weight, $0.zone, $0.version, $0.tags) = (7, "eu-1", "1.2.3", ["blue", "canary"])
            $0.metadata = ["team": "orders"]
        }
        _ = try await repeated { try await registry.register(instance, ttl: .seconds(60)) }
        try await until { list.instances == [normalized(instance)] }
        let listing = try await registry.list(service)
        #expect(listing.instances == [normalized(instance)])
        await registry.close()
    }

    func isUpdated() async throws {
        let (registry, service) = (try registry(), freshService())
        let list = try watch(service)
        for port in 1...3 {
            let instance = instance(service, 1) { ($0.port, $0.metadata) = (port, ["step": "\(port)"]) }
            _ = try await repeated { try await registry.register(instance, ttl: .seconds(60)) }
            try await until { list.instances == [normalized(instance)] }
        }
        await registry.close()
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
        let (registry, one, other) = (try registry(), freshService(), freshService())
        let lists = [try watch(one), try watch(one)]
        let elsewhere = try watch(other)
        _ = try await repeated { try await registry.register(instance(one, 1), ttl: .seconds(60)) }
        // A service whose name starts like the other's is not the other.
        _ = try await repeated { try await registry.register(instance(one + "x", 3), ttl: .seconds(60)) }
        _ = try await repeated { try await registry.register(instance(other, 2), ttl: .seconds(60)) }
        try await until { lists[0].ids == ["i1"] && lists[1].ids == ["i1"] && elsewhere.ids == ["i2"] }
        await registry.close()
    }

    func fiveHundred() async throws {
        let (registry, service) = (try registry(), freshService())
        for number in 0..<500 {
            _ = try await repeated { try await registry.register(instance(service, number), ttl: .seconds(120)) }
        }
        let list = try watch(service)
        try await until { list.instances?.count == 500 }
        #expect(list.ids?.count == 500)
        await registry.close()
    }

    func anyText() async throws {
        let (registry, service) = (try registry(), freshService() + "-ü.x_y")
        let list = try watch(service)
        let instance = instance(service, 1) {
            $0.id = "a:b,c é/\"1\""
            $0.metadata = ["quote\"s": "a\\b\nc", "emoji": "🧵", "empty": ""]
            $0.tags = ["a,b", "c=d"]
        }
        let lease = try await repeated { try await registry.register(instance, ttl: .seconds(60)) }
        try await until { list.instances == [normalized(instance)] }
        try await repeated { try await registry.deregister(lease, of: instance) }
        try await until { try await registry.list(service).instances.isEmpty }
        await registry.close()
    }

    func survivesRestart() async throws {
        guard let restart else { return }
        let service = freshService()
        let registration = try Registration(
            in: location, service: service,
            options: RegistrationOptions().with { ($0.advertise, $0.ttl) = ("10.9.9.9:99", .seconds(6)) },
            catalog: catalog)
        try await registration.didListen([.ipv4("127.0.0.1", port: 99)])
        let list = try watch(service)
        try await until { list.ids == ["10.9.9.9:99"] }
        try await restart()
        let registry = try registry()
        try await until(within: .seconds(60)) {
            let listing = try? await registry.list(service)
            return listing?.instances.map(\.id) == ["10.9.9.9:99"]
        }
        #expect(list.ids == ["10.9.9.9:99"])
        _ = try await repeated { try await registry.register(instance(service, 2), ttl: .seconds(60)) }
        try await until(within: .seconds(60)) { list.ids == ["10.9.9.9:99", "i2"] }
        await registration.willDrain()
        try await until(within: .seconds(60)) { list.ids == ["i2"] }
        await registration.didStop()
        await registry.close()
    }

    func isTimely() async throws {
        let (registry, service) = (try registry(), freshService())
        let list = try watch(service)
        try await until { list.updates > 0 }
        var times: [Duration] = []
        for number in 1...5 {
            let start = ContinuousClock.now
            _ = try await repeated { try await registry.register(instance(service, number), ttl: .seconds(60)) }
            try await until { list.instances?.count == number }
            times.append(ContinuousClock.now - start)
        }
        // The median: other work on the machine may delay any one of them.
        #expect(times.sorted()[2] < notice, "\(times)")
        await registry.close()
    }

    func hasNoGhosts() async throws {
        let (registry, service) = (try registry(), freshService())
        let list = try watch(service)
        var random = SplitMix64(seed: 7)
        var model: [Int: (lease: LeaseID, instance: ServiceInstance)] = [:]
        for step in 0..<1000 {
            let number = Int.random(in: 0..<20, using: &random)
            if let known = model[number], Bool.random(using: &random) {
                try await repeated { try await registry.deregister(known.lease, of: known.instance) }
                model[number] = nil
            } else {
                let instance = instance(service, number) { $0.metadata = ["step": "\(step)"] }
                let lease = try await repeated { try await registry.register(instance, ttl: .seconds(300)) }
                model[number] = (lease, instance)
            }
        }
        let expected = Set(model.values.map { normalized($0.instance) })
        try await until("\(list.instances ?? []) is not \(expected)") {
            let instances = list.instances ?? []
            return instances.count == expected.count && Set(instances) == expected
        }
        await registry.close()
    }
}
