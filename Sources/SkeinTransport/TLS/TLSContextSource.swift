// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import SkeinCore
internal import Synchronization

/// The TLS context for new connections: made once, and made anew when files change. Connections keep the one they
/// started with.
final class TLSContextSource: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// What `context` was made of.
        var material: TLSMaterial
        /// What the last look found, if it was no good, and whether it was logged.
        var refused: Refusal?
    }

    private struct Refusal: Equatable {
        var reason: ConfigurationError
        var isLogged = false
    }

    private let configuration: TLSConfiguration
    private let role: TLSContext.Role
    private let logger: Logger?
    private let state: Mutex<State>
    private let timer = Mutex<RepeatedTask?>(nil)

    /// Reads the files. Blocks.
    init(
        _ configuration: TLSConfiguration, for role: TLSContext.Role, logger: Logger?
    ) throws(ConfigurationError) {
        self.configuration = configuration
        self.role = role
        self.logger = logger
        let material = try TLSMaterial(reading: configuration)
        let made = try TLSContext(configuration, material, for: role)
        if let warning = made.warning { logger?.warning("\(warning); peers will refuse it") }
        state = Mutex(State(context: made.context, material: material))
    }

    deinit { timer.withLock { $0?.cancel() } }

    var current: NIOSSLContext { state.withLock { $0.context } }

    // MARK: reloading

    /// Looks for changes as often as the configuration asks for, if it does, until `stop` or until nobody refers to
    /// this. Files are read on a thread that may block.
    func watch(on eventLoop: any EventLoop) {
        let intervals = [configuration.identity?.reloadEvery, configuration.trustRoots.reloadEvery].compactMap(\.self)
        guard let interval = intervals.min() else { return }
        let delay = TimeAmount(max(interval, .milliseconds(10)))
        let task = eventLoop.scheduleRepeatedAsyncTask(initialDelay: delay, delay: delay) { [weak self] _ in
            guard let self else { return eventLoop.makeSucceededVoidFuture() }
            return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { self.reload() }
        }
        timer.withLock { old in
            old?.cancel()
            old = task
        }
    }

    func stop() {
        timer.withLock { task in
            task?.cancel()
            task = nil
        }
    }

    /// Looks at the files now. Blocks.
    func reload() {
        do throws(ConfigurationError) {
            let material = try TLSMaterial(reading: configuration)
            guard material != state.withLock({ $0.material }) else {
                state.withLock { $0.refused = nil }
                return
            }
            let made = try TLSContext(configuration, material, for: role)
            if let warning = made.warning { throw ConfigurationError(warning) }
            state.withLock { state in
                state.context = made.context
                state.material = material
                state.refused = nil
            }
            logger?.info("reloaded certificates; new connections use them", metadata: ["identity": "\(identity)"])
        } catch {
            refuse(error)
        }
    }

    /// Logs a fault that two looks in a row have found, once: files being replaced do not fit for a moment.
    private func refuse(_ reason: ConfigurationError) {
        let mustLog = state.withLock { state in
            guard var refused = state.refused, refused.reason == reason else {
                state.refused = Refusal(reason: reason)
                return false
            }
            defer { state.refused = refused }
            guard !refused.isLogged else { return false }
            refused.isLogged = true
            return true
        }
        if mustLog {
            logger?.error("\(reason); connections go on with the certificates read before")
        }
    }

    private var identity: String { configuration.identity.map { "\($0)" } ?? "none" }
}
