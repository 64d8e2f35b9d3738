// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinCore

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
    /// Is told of every call; `nil` when nobody wants to know the load.
    let meter: LoadMeter?
    /// What the handlers run inside of.
    let interceptors: [any ServerInterceptor]
    private var executors: [ObjectIdentifier: LoopExecutor] = [:]

    init(
        on eventLoop: any EventLoop, of loops: ServerLoops, activity: LoopActivity, _ options: ServerOptions,
        meter: LoadMeter?, execution: @escaping @Sendable (RegisteredMethod) -> HandlerExecution
    ) {
        self.meter = meter
        self.eventLoop = eventLoop
        self.loops = loops
        self.activity = activity
        logger = options.logger
        interceptors = options.interceptors
        self.execution = execution
    }

    /// Runs the handler of `call`. On the loop.
    func launch(_ call: ServerCall) -> Task<Void, Never> {
        switch execution(call.method) {
        case .concurrent:
            return Task { @concurrent in await call.run() }
        case .adaptive:
            guard call.method.pace.mayStartOnLoop else { return Task { @concurrent in await call.run() } }
            return startOnLoop(call, preference: nil)
        case .eventLoop:
            return startOnLoop(call, preference: executor(for: call.method))
        }
    }

    /// Runs what would hold up the loop: it is short, and not a handler.
    func runOnPool(_ work: @escaping @Sendable () -> Void) {
        Task { @concurrent in work() }
    }

    private func executor(for method: RegisteredMethod) -> LoopExecutor {
        if let executor = executors[ObjectIdentifier(method)] { return executor }
        let executor = LoopExecutor(on: eventLoop, activity: activity, method: method)
        executors[ObjectIdentifier(method)] = executor
        return executor
    }

    /// Runs the first stretch of the handler right here, and measures it.
    private func startOnLoop(_ call: ServerCall, preference: LoopExecutor?) -> Task<Void, Never> {
        let method = call.method
        let start = activity.begin(method)
        let task = startImmediately(call, preference)
        let isNews = method.pace.firstStretch(from: start, to: activity.end())
        if isNews, preference == nil {
            logger?.info(
                "handlers of this method start on the pool for a while: one held up its event loop",
                metadata: ["method": "\(method.descriptor)", "limit": "1 ms"])
        }
        return task
    }

    private func startImmediately(_ call: ServerCall, _ preference: LoopExecutor?) -> Task<Void, Never> {
        if #available(macOS 26, *) {
            guard let preference else { return Task.immediate { @Sendable in await call.run() } }
            return Task.immediate(executorPreference: preference) { @Sendable in await call.run() }
        }
        return Task(executorPreference: preference) { @Sendable in await call.run() }
    }
}
