// SPDX-License-Identifier: Apache-2.0

/// The instances of a service, put together from a list and the changes after it.
struct InstanceTable: Sendable {
    private var instances: [String: ServiceInstance] = [:]
    /// The ids in the order the registry told of them, so that the list does not jump about.
    private var order: [String] = []

    /// Every instance, in the order they became known.
    var all: [ServiceInstance] { order.compactMap { instances[$0] } }

    /// Replaces everything. Of two instances with the same id the later holds.
    mutating func replace(_ list: [ServiceInstance]) {
        let ids = Set(list.map(\.id))
        update([], removed: order.filter { !ids.contains($0) })
        update(list, removed: [])
    }

    mutating func update(_ changed: [ServiceInstance], removed: [String]) {
        for id in removed { instances[id] = nil }
        if !removed.isEmpty { order.removeAll { instances[$0] == nil } }
        for instance in changed where instances.updateValue(instance, forKey: instance.id) == nil {
            order.append(instance.id)
        }
    }
}
