// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// What the service config in force says of methods: the resolver's, or the channel's own. Calls ask without a lock
/// while it says nothing.
final class ActiveConfig: Sendable {
    private let hasMethods: Atomic<Bool>
    private let config: Mutex<ServiceConfig>

    init(_ config: ServiceConfig) {
        hasMethods = Atomic(!config.methods.isEmpty)
        self.config = Mutex(config)
    }

    func use(_ new: ServiceConfig) {
        config.withLock { $0 = new }
        hasMethods.store(!new.methods.isEmpty, ordering: .releasing)
    }

    func config(for method: MethodDescriptor) -> MethodConfig? {
        guard hasMethods.load(ordering: .acquiring) else { return nil }
        return config.withLock { $0 }.config(for: method)
    }
}
