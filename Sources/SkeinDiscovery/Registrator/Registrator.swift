// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
package import Logging
package import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Registers the containers of a Docker Engine in service registries, as long as they run.
package final class Registrator: Sendable {
    private let engine: DockerEngine
    private let leases: [RegistryLeases]
    private let options: RegistratorOptions
    private let context: RegistryContext
    private let machine: Mutex<RegistratorMachine>
    /// There may be something to do.
    private let news: Signal
    /// Something failed: all is looked at again sooner.
    private let trouble: Signal
    private let ending: Signal

    /// - Parameters:
    ///   - docker: `unix:///path` or `tcp://host:port`; `nil`: what `DOCKER_HOST` says.
    ///   - targets: registries without a service, e.g. `etcd://127.0.0.1:2379`; all of them get everything.
    package convenience init(
        docker: String?, targets: [String], options: RegistratorOptions, catalog: RegistryCatalog = .builtIn,
        logger: Logger = Logger(label: "skein.registrator")
    ) throws(ConfigurationError) {
        try self.init(
            docker: docker, targets: targets, options: options, catalog: catalog,
            environment: ProcessInfo.processInfo.environment, RegistryContext(logger: logger))
    }

    init(
        docker: String?, targets: [String], options: RegistratorOptions, catalog: RegistryCatalog,
        environment: [String: String], _ context: RegistryContext
    ) throws(ConfigurationError) {
        engine = DockerEngine(try DockerHost(docker, environment))
        var leases: [RegistryLeases] = []
        for target in targets {
            leases.append(
                try RegistryLeases(
                    target, catalog, options, advertised: environment[AdvertisedAddress.variable], context))
        }
        self.leases = leases
        self.options = options
        self.context = context
        machine = Mutex(RegistratorMachine(options, seed: context.seed))
        news = Signal(clock: context.clock)
        trouble = Signal(clock: context.clock)
        ending = Signal(clock: context.clock)
    }

    /// Lets `run` come to its end: everything is deregistered, or left to its lease, as the options say.
    package func shutDown() { ending.set() }

    /// Until `shutDown`. When it is cancelled instead everything is left to its lease.
    package nonisolated(nonsending) func run() async {
        await withDiscardingTaskGroup { group in
            for registry in leases { group.addTask { await registry.run() } }
            await withTaskGroup(of: Void.self) { inner in
                inner.addTask { _ = try? await self.ending.wait() }
                inner.addTask { await self.act() }
                inner.addTask { await self.follow() }
                inner.addTask { await self.remind() }
                await inner.next()
                inner.cancelAll()
            }
            for registry in leases { registry.end() }
        }
        await engine.close()
    }

    /// Does what the machine says.
    private nonisolated(nonsending) func act() async {
        await withDiscardingTaskGroup { group in
            while (try? await news.wait()) != nil {
                while let command = machine.withLock({ $0.next() }) { perform(command, &group) }
            }
        }
    }

    private func perform(_ command: RegistratorMachine.Command, _ group: inout DiscardingTaskGroup) {
        switch command {
        case .list: group.addTask { await self.list() }
        case .inspect(let id, let turn): group.addTask { await self.inspect(id, turn) }
        case .register(let service):
            for registry in leases { registry.hold(service) }
        case .withdraw(let key, let kind):
            for registry in leases { registry.withdraw(key, kind) }
        case .cleanUp(let keys):
            for registry in leases { group.addTask { await registry.cleanUp(besides: keys) } }
        }
    }

    private nonisolated(nonsending) func list() async {
        do {
            let ids = try await engine.running()
            tell { $0.listed(ids) }
        } catch {
            failed("list containers", error)
            tell { $0.listed(nil) }
        }
    }

    private nonisolated(nonsending) func inspect(_ id: String, _ turn: Int) async {
        do {
            let container = try await engine.inspect(id)
            var owner: ContainerInspection?
            if let mode = container?.networkMode, mode.hasPrefix("container:") {
                owner = try await engine.inspect(String(mode.dropFirst("container:".count)))
            }
            let (finding, notes) = ContainerServices.finding(container, owner: owner, options)
            for note in notes { context.logger.debug("leave out container \(container?.name ?? id): \(note)") }
            tell { $0.inspected(id, turn: turn, finding) }
        } catch {
            failed("look at container \(id.prefix(12))", error)
            tell { $0.inspected(id, turn: turn, .unknown) }
        }
    }

    /// Follows the engine's events.
    private nonisolated(nonsending) func follow() async {
        while !Task.isCancelled {
            let elapsed = context.clock.elapsed
            do {
                try await engine.events(since: machine.withLock(\.since), took)
                context.logger.warning("watch the containers of \(engine.host.node): the engine ended the events")
            } catch {
                failed("watch the containers", error)
            }
            let wait = machine.withLock { $0.disconnected(after: elapsed()) }
            try? await context.clock.sleep(for: wait)
        }
    }

    private func took(_ events: [EngineEvent]) {
        if events.isEmpty {
            context.logger.info("watch the containers of \(engine.host.node)")
            tell { $0.connected() }
        }
        for event in events { tell { $0.took(event) } }
    }

    /// Has all containers looked at again when it is time.
    private nonisolated(nonsending) func remind() async {
        while !Task.isCancelled {
            let wait = machine.withLock { $0.untilDue() }
            guard let isSooner = try? await trouble.wait(atMost: wait) else { return }
            if !isSooner { tell { $0.due() } }
        }
    }

    private func tell(_ change: (inout RegistratorMachine) -> Void) {
        let isTroubled = machine.withLock { machine in
            let before = machine.hasFailed
            change(&machine)
            return machine.hasFailed && !before
        }
        news.set()
        if isTroubled { trouble.set() }
    }

    private func failed(_ what: String, _ error: any Error) {
        if !Task.isCancelled { context.logger.warning("\(what): \(error)") }
    }
}
