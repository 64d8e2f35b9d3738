// SPDX-License-Identifier: Apache-2.0

/// The instances of a service, put together from a list and the changes after it.
struct InstanceTable: Sendable {
    /// A registry that names more than this is broken, and does not fill the memory.
    static let limit = 200_000

    private var instances: [String: ServiceInstance] = [:]
    /// The ids in the order the registry told of them, so that the list does not jump about.
    private var order: [String] = []
    /// Whether there was no place for some.
    private(set) var isFull = false

    /// Every instance, in the order they became known.
    var all: [ServiceInstance] { order.compactMap { instances[$0] } }

    /// Replaces everything. Of two instances with the same id the later holds.
    mutating func replace(_ list: [ServiceInstance]) {
        let ids = Set(list.map(\.id))
        isFull = false
        update([], removed: order.filter { !ids.contains($0) })
        update(list, removed: [])
    }

    mutating func update(_ changed: [ServiceInstance], removed: [String]) {
        for id in removed { instances[id] = nil }
        if !removed.isEmpty { order.removeAll { instances[$0] == nil } }
        for instance in changed {
            if instances[instance.id] != nil {
                instances[instance.id] = instance
            } else if order.count < InstanceTable.limit {
                instances[instance.id] = instance
                order.append(instance.id)
            } else {
                isFull = true
            }
        }
    }
}
