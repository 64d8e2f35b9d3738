// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What an embedded registry knows: instances under leases, and what has changed lately.
struct RegistryBook: Sendable {
    struct Limits: Sendable, Hashable {
        /// How many changes are remembered; those who watch from before are to list again.
        var changes = 4096
        var instances = 100_000
        /// In bytes.
        var name = 1024
        var ttl: ClosedRange<Duration> = .seconds(1)...(.seconds(86_400))
    }

    struct Lease: Sendable, Hashable {
        var id: UInt64
        var instance: ServiceInstance
        var ttl: Duration
        fileprivate(set) var until: Duration = .zero
    }

    /// Changes of one service: the last that happened to each instance.
    struct Changes: Sendable, Hashable {
        var revision: UInt64
        var updated: [ServiceInstance] = []
        var removed: [String] = []
    }

    private struct Change: Sendable {
        var revision: UInt64
        var service: String
        var id: String
        /// `nil`: it went.
        var instance: ServiceInstance?
    }

    private let limits: Limits
    private(set) var revision: UInt64 = 0
    private var leases: [UInt64: Lease] = [:]
    private var services: [String: [String: UInt64]] = [:]
    private var log: [Change] = []
    private var nextLease: UInt64
    /// No lease ends before this.
    private var soonest: Duration?

    /// Leases are numbered from `firstLease`: a number that chance gives, so that nobody renews the lease of another
    /// who had it before the registry lost its memory.
    init(_ limits: Limits = Limits(), firstLease: UInt64) {
        self.limits = limits
        nextLease = firstLease
    }

    mutating func register(
        _ instance: ServiceInstance, ttl: Duration, at now: Duration
    ) throws(RPCError) -> UInt64 {
        for (what, name) in [("service", instance.service), ("id", instance.id)]
        where !(1...limits.name).contains(name.utf8.count) {
            throw RPCError(
                .invalidArgument,
                "register an instance whose \(what) has \(name.utf8.count) bytes: expected 1 to \(limits.name)")
        }
        guard limits.ttl.contains(ttl) else {
            throw RPCError(
                .invalidArgument,
                "register \(instance.id) for \(ttl): expected \(limits.ttl.lowerBound) to \(limits.ttl.upperBound)")
        }
        if let former = services[instance.service]?[instance.id] {
            leases[former] = nil
        } else if leases.count >= limits.instances {
            throw RPCError(
                .resourceExhausted, "register \(instance.id): there are \(limits.instances) instances already")
        }
        nextLease &+= 1
        add(Lease(id: nextLease, instance: instance, ttl: ttl, until: now + ttl))
        return nextLease
    }

    /// Puts back what was known before a restart; its time begins anew.
    mutating func restore(_ lease: Lease, at now: Duration) {
        var lease = lease
        lease.until = now + lease.ttl
        add(lease)
    }

    private mutating func add(_ lease: Lease) {
        leases[lease.id] = lease
        soonest = min(soonest ?? lease.until, lease.until)
        services[lease.instance.service, default: [:]][lease.instance.id] = lease.id
        record(lease.instance.service, lease.instance.id, lease.instance)
    }

    /// `false`: the lease is not known.
    mutating func renew(_ lease: UInt64, at now: Duration) -> Bool {
        guard let ttl = leases[lease]?.ttl else { return false }
        leases[lease]?.until = now + ttl
        return true
    }

    /// `false`: the lease is not known.
    mutating func deregister(_ lease: UInt64) -> Bool {
        guard let instance = leases.removeValue(forKey: lease)?.instance else { return false }
        services[instance.service]?[instance.id] = nil
        if services[instance.service]?.isEmpty == true { services[instance.service] = nil }
        record(instance.service, instance.id, nil)
        return true
    }

    /// Ends the leases whose time is over. `true`: there was one.
    mutating func expire(at now: Duration) -> Bool {
        guard let soonest, now >= soonest else { return false }
        let over = leases.values.filter { $0.until <= now }.sorted { $0.until < $1.until }
        for lease in over { _ = deregister(lease.id) }
        self.soonest = leases.values.map(\.until).min()
        return !over.isEmpty
    }

    /// When to look for leases that are over.
    var nextExpiry: Duration? { soonest }

    /// Sorted by their ids.
    func instances(of service: String) -> [ServiceInstance] {
        services[service, default: [:]].sorted { $0.key < $1.key }.compactMap { leases[$0.value]?.instance }
    }

    /// In the order in which they were granted.
    var allLeases: [Lease] { leases.values.sorted { $0.id < $1.id } }

    /// What happened to a service after `revision`; `nil` when that is forgotten, or never happened.
    func changes(of service: String, after revision: UInt64) -> Changes? {
        let oldest = log.first?.revision ?? self.revision + 1
        guard revision <= self.revision, revision + 1 >= oldest else { return nil }
        var changes = Changes(revision: self.revision)
        var seen: Set<String> = []
        // Revisions have no holes.
        for change in log.suffix(Int(self.revision - revision)).reversed()
        where change.service == service && seen.insert(change.id).inserted {
            if let instance = change.instance {
                changes.updated.append(instance)
            } else {
                changes.removed.append(change.id)
            }
        }
        changes.updated.reverse()
        changes.removed.reverse()
        return changes
    }

    private mutating func record(_ service: String, _ id: String, _ instance: ServiceInstance?) {
        revision += 1
        log.append(Change(revision: revision, service: service, id: id, instance: instance))
        // In steps, so that not each change moves all others.
        if log.count >= limits.changes * 2 { log.removeFirst(log.count - limits.changes) }
    }
}
