// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Makes resolutions of what is known of a service, for its channel, and tells people how far it can be trusted. Used by
/// one task.
final class InstancePublisher: Sendable {
    private struct State: Sendable {
        var output: WatchBoard.Output?
        var endpoints: [Endpoint] = []
        var isTrusted = true
    }

    private let target: Target
    private let context: RegistryContext
    private let configKey: String?
    private let observer: (any DiscoveryObserver)?
    private let updates: ResolutionUpdates
    private let names: HostNames
    private let state = Mutex(State())

    init(
        _ target: Target, _ context: RegistryContext, configKey: String?, _ observer: (any DiscoveryObserver)?,
        _ updates: ResolutionUpdates
    ) {
        self.target = target
        self.context = context
        self.configKey = configKey
        self.observer = observer
        self.updates = updates
        names = HostNames(context)
    }

    /// Publishes what is new. Returns how soon the hosts' names are to be looked up again.
    nonisolated(nonsending) func publish(_ output: WatchBoard.Output) async -> Duration? {
        let isNew = state.withLock { $0.output != output }
        if isNew { tell(output.status) }
        guard let entries = output.entries else {
            state.withLock { $0.output = output }
            updates.publish(RPCError(.unavailable, "resolve \(target): \(output.status.failure ?? "no answer")"))
            return nil
        }
        let (endpoints, again) = await names.endpoints(entries)
        let isMoved = state.withLock { state in
            defer { (state.output, state.endpoints) = (output, endpoints) }
            return state.endpoints != endpoints
        }
        guard isNew || isMoved else { return again }
        let note = output.status.note
        var resolution = Resolution(endpoints, note: note.isEmpty ? "\(target)" : "\(target): \(note)")
        resolution.serviceConfig = output.config.map(config)
        resolution.clients = output.clients
        updates.publish(resolution)
        return again
    }

    private func config(_ text: String) -> Result<ServiceConfig, ConfigurationError> {
        Result { () throws(ConfigurationError) in
            do throws(ConfigurationError) {
                return try ServiceConfig(json: text)
            } catch {
                throw ConfigurationError(
                    "read the service config under \(configKey ?? "") of \(target): \(error.message)")
            }
        }
    }

    /// What is in doubt is a warning, that it is over worth a line.
    private func tell(_ status: DiscoveryStatus) {
        observer?.discoveryChanged(status)
        let isTrusted = status.isTrusted
        let wasTrusted = state.withLock { state in
            defer { state.isTrusted = isTrusted }
            return state.isTrusted
        }
        let level: Logger.Level = !isTrusted ? .warning : wasTrusted ? .debug : .info
        context.logger.log(level: level, "\(target): \(status.description)")
    }
}

extension DiscoveryStatus {
    fileprivate var isTrusted: Bool { unreachableFor == nil && kept == 0 && note.isEmpty }
}
