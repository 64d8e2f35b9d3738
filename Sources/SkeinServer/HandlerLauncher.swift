// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore

/// Starts handlers for the connections of one event loop.
///
/// The one place that makes tasks: a call outlives the burst that brought it, and nothing else could own its handler.
final class HandlerLauncher: @unchecked Sendable {  // owned by `eventLoop`
    private let eventLoop: any EventLoop
    /// Kept until the last handler has returned, which may be after the server.
    private let loops: ServerLoops
    private let activity: LoopActivity
    private let execution: @Sendable (RegisteredMethod) -> HandlerExecution
    private let logger: Logger?
    private var executors: [ObjectIdentifier: LoopExecutor] = [:]

    init(
        on eventLoop: any EventLoop, of loops: ServerLoops, activity: LoopActivity, logger: Logger?,
        execution: @escaping @Sendable (RegisteredMethod) -> HandlerExecution
    ) {
        self.eventLoop = eventLoop
        self.loops = loops
        self.activity = activity
        self.logger = logger
        self.execution = execution
    }

    /// Runs `body` as the handler of `method`. On the loop.
    func launch(_ method: RegisteredMethod, _ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        switch execution(method) {
        case .concurrent:
            return Task { @concurrent in await body() }
        case .adaptive:
            guard method.pace.mayStartOnLoop else { return Task { @concurrent in await body() } }
            return startOnLoop(method, preference: nil, body)
        case .eventLoop:
            return startOnLoop(method, preference: executor(for: method), body)
        }
    }

    private func executor(for method: RegisteredMethod) -> LoopExecutor {
        if let executor = executors[ObjectIdentifier(method)] { return executor }
        let executor = LoopExecutor(on: eventLoop, activity: activity, method: method.descriptor)
        executors[ObjectIdentifier(method)] = executor
        return executor
    }

    /// Runs the first stretch of `body` right here, and measures it.
    private func startOnLoop(
        _ method: RegisteredMethod, preference: LoopExecutor?, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        let start = activity.begin(method.descriptor)
        let task = startImmediately(preference, body)
        let isNews = method.pace.firstStretch(from: start, to: activity.end())
        if isNews, preference == nil {
            logger?.info(
                "handlers of this method start on the pool for a while: one held up its event loop",
                metadata: ["method": "\(method.descriptor)", "limit": "\(HandlerPace.slow)"])
        }
        return task
    }

    private func startImmediately(
        _ preference: LoopExecutor?, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        if #available(macOS 26, *) {
            return Task.immediate(executorPreference: preference) { @Sendable in await body() }
        }
        return Task(executorPreference: preference) { @Sendable in await body() }
    }
}
