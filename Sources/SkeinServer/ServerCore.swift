// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport

/// What a running server's connections share: the methods, where handlers start, the limits.
final class ServerCore: ServerConnectionDelegate, Sendable {
    let connections: ServerConnections
    private let budget: BufferBudget
    private let freeMemory = FreeMemory()
    private let timers: LoopTimers.Group
    private let methods: MethodTable
    private let launchers: [ObjectIdentifier: HandlerLauncher]
    private let configuration: HTTP2Configuration
    private let limits: ServerConnectionLimits
    private let maxRequestBytes: Int

    private let meter: LoadMeter?

    init(
        _ methods: MethodTable, _ options: ServerOptions, loops: ServerLoops, activities: [LoopActivity],
        meter: LoadMeter?
    ) {
        self.meter = meter
        self.methods = methods
        timers = loops.timers
        connections = ServerConnections(
            limit: options.maxConnections ?? OpenFiles.limit / 4 * 3, perClient: options.maxConnectionsPerClient)
        budget = BufferBudget(limit: options.maxBuffer)
        maxRequestBytes = options.maxRequestBytes
        configuration = HTTP2Configuration(options)
        limits = ServerConnectionLimits(options)
        let execution = { @Sendable (method: RegisteredMethod) in
            options.methodHandlers.isEmpty
                ? options.handlers : options.methodHandlers[method.descriptor.path] ?? options.handlers
        }
        var launchers: [ObjectIdentifier: HandlerLauncher] = [:]
        for (loop, activity) in zip(loops.all, activities) {
            launchers[ObjectIdentifier(loop)] = HandlerLauncher(
                on: loop, of: loops, activity: activity, options, meter: meter, execution: execution)
        }
        self.launchers = launchers
    }

    /// The connection for a peer that has just connected; throws when the server takes no more.
    func makeConnection(_ peer: Peer, _ eventLoop: any EventLoop) throws(HTTP2Error) -> ServerConnection {
        // Ahead of what costs memory.
        try connections.checkRoom(for: peer)
        let connection = try ServerConnection(
            from: peer, on: timers[eventLoop], configuration: configuration, limits: limits, budget: budget,
            delegate: self)
        try connections.add(connection)
        return connection
    }

    func accept(_ stream: ServerStream, on connection: ServerConnection) -> Result<any ServerStreamSink, RPCError> {
        var found: RegisteredMethod?
        stream.withPath { found = methods.find($0) }
        guard let method = found else { return .failure(methods.notFound(stream.path)) }
        guard let launcher = launchers[ObjectIdentifier(connection.eventLoop)] else {
            return .failure(RPCError(.internal, "the connection's event loop is not one of the server's"))
        }
        stream.maxMessageBytes = maxRequestBytes
        let context = ServerContext(
            method: method.descriptor, metadata: stream.requestMetadata, peer: connection.peer,
            deadline: stream.deadline,
            responder: stream)
        return .success(
            ServerCall(method, context, stream, launcher, reports: reports(for: stream, method, connection)))
    }

    /// How the client is told the server's load with its answer.
    private func reports(
        for stream: ServerStream, _ method: RegisteredMethod, _ connection: ServerConnection
    ) -> LoadMeter.Forms {
        guard let meter else { return [] }
        let forms = meter.forms(asked: stream.wantsLoad, method)
        guard !forms.isEmpty else { return [] }
        let mayHear = connection.mayHearLoad ?? meter.rules.audience(connection.peer)
        connection.mayHearLoad = mayHear
        return mayHear ? forms : []
    }

    func connectionClosed(_ connection: ServerConnection) {
        connections.remove(connection)
        let eventLoop = connection.eventLoop
        freeMemory.connectionClosed(on: eventLoop, launchers[ObjectIdentifier(eventLoop)])
    }
}

extension HTTP2Configuration {
    fileprivate init(_ options: ServerOptions) {
        self.init()
        initialStreamWindow = options.streamWindow
        connectionWindow = options.connectionWindow
        maxConcurrentStreams = options.maxConcurrentStreams
        resetBurst = options.resetBurst
        resetRate = options.resetRate
        connectionBufferBound = options.connectionBuffer
        maxHeaderListBytes = options.maxHeaderBytes
        maxMessageBytes = options.maxRequestBytes
        compressors = options.compressors
    }
}

extension ServerConnectionLimits {
    fileprivate init(_ options: ServerOptions) {
        self.init()
        handshakeTimeout = options.handshakeTimeout
        headersTimeout = options.headersTimeout
        connectionBuffer = options.connectionBuffer
        maxConnectionBuffer = options.maxConnectionBuffer
        keepalive = options.keepalive
        minimumPingInterval = options.minimumPingInterval
        permitsPingsWithoutCalls = options.permitsPingsWithoutCalls
        age = ConnectionAge.Limits(
            idle: options.maxConnectionIdle, age: options.maxConnectionAge, grace: options.maxConnectionAgeGrace)
        streamAge = options.maxStreamAge
        streamAgeGrace = options.maxStreamAgeGrace
    }
}
