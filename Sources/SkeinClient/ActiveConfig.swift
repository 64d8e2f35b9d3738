// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// What the service config in force says of methods: the resolver's, or the channel's own. Calls ask without a lock
/// while it says nothing.
final class ActiveConfig: Sendable {
    /// What the resolver has told so far.
    private enum Stage: UInt8, AtomicRepresentable {
        case nothing
        /// It has failed, and was not successful before.
        case failure
        case config
    }

    private let stage = Atomic(Stage.nothing)
    private let hasMethods: Atomic<Bool>
    private let config: Mutex<ServiceConfig>

    init(_ config: ServiceConfig) {
        hasMethods = Atomic(!config.methods.isEmpty)
        self.config = Mutex(config)
    }

    func use(_ new: ServiceConfig) {
        config.withLock { $0 = new }
        hasMethods.store(!new.methods.isEmpty, ordering: .releasing)
        settle()
    }

    /// The resolver has no answer that can be used.
    func resolutionFailed() {
        _ = stage.compareExchange(expected: .nothing, desired: .failure, ordering: .releasing)
    }

    /// Calls need not wait for the resolver any more.
    func settle() { stage.store(.config, ordering: .releasing) }

    /// Whether a call has to wait for what the resolver's first answer says of it. One that does not wait for ready
    /// fails when resolving does.
    func isAwaited(by plan: CallPlan) -> Bool {
        switch stage.load(ordering: .acquiring) {
        case .nothing: true
        case .failure: plan.waitsForReady
        case .config: false
        }
    }

    func config(for method: MethodDescriptor) -> MethodConfig? {
        guard hasMethods.load(ordering: .acquiring) else { return nil }
        return config.withLock { $0 }.config(for: method)
    }
}
