// SPDX-License-Identifier: Apache-2.0
public import Logging
public import SkeinCore
internal import SkeinHTTP2
public import SkeinTransport

/// How a server behaves. Every limit has a sane default.
public struct ServerOptions: Sendable {
    /// Where handlers run, unless `methodHandlers` says otherwise.
    public var handlers = HandlerExecution.adaptive
    /// Where the handlers of single methods run, by path, e.g. `"/helloworld.Greeter/SayHello"`.
    public var methodHandlers: [String: HandlerExecution] = [:]
    /// Stand between connections and handlers, the first outermost. Default: none, at no cost.
    public var interceptors: [any ServerInterceptor] = []
    /// How many event loops serve connections. Default: one for each core.
    public var eventLoops: Int?
    /// The largest request message accepted, in bytes; a larger one ends its call with `resourceExhausted`.
    public var maxRequestBytes = 4 << 20
    /// The largest response message sent, in bytes; a larger one ends its call with `resourceExhausted`. Default: no
    /// limit.
    public var maxResponseBytes: Int?
    /// The most connections at a time; one more is closed before it has cost anything, and its client tries again later
    /// or elsewhere. Default: three quarters of the files that the process may have open.
    public var maxConnections: Int?
    /// The same for each address that clients connect from. One that many clients share, such as that of a proxy for
    /// TCP, may need more.
    public var maxConnectionsPerClient = 1000
    /// The most calls that one connection may have open (MAX_CONCURRENT_STREAMS).
    public var maxConcurrentStreams = 1000
    /// Resets that a client may cause at once, and in each second after that; more end its connection. Calls that are
    /// cancelled or pass their deadline are resets, too.
    public var resetBurst = 20_000
    public var resetRate = 2_000
    /// The most bytes of request headers, counted as HTTP/2 does (RFC 9113 section 6.5.2).
    public var maxHeaderBytes = 16 << 10
    /// Flow-control windows, in bytes: of each stream and of each connection.
    public var streamWindow = 1 << 20
    public var connectionWindow = 8 << 20
    /// What requests may be compressed with, and responses if a handler asks for it. Default: gzip and deflate.
    public var compressors = CompressorRegistry.builtIn
    /// What one connection may hold, in bytes, of requests not read and responses not taken. Above it the client's
    /// windows stay closed, and its further calls wait.
    public var connectionBuffer = 16 << 20
    /// What one connection may hold altogether, in bytes. Requests that lack their end, and responses of handlers that
    /// run, can get past `connectionBuffer`; above this the newest calls end with `resourceExhausted`.
    public var maxConnectionBuffer = 32 << 20
    /// The same for all connections together: above it those that hold more than an equal share end calls.
    public var maxBuffer = 1 << 30
    /// From a connection's start to its HTTP/2 preface; slower clients are cut off.
    public var handshakeTimeout = Duration.seconds(10)
    /// From the start of a request's headers to their end; slower clients are cut off.
    public var headersTimeout = Duration.seconds(10)
    /// How connections find out that a silent client is gone. Default: a PING after two hours (gRFC A9).
    public var keepalive: Keepalive? = Keepalive(every: .seconds(2 * 60 * 60), withoutCalls: true)
    /// The least time between a client's PINGs: the third that comes too soon closes the connection (gRFC A8).
    public var minimumPingInterval = Duration.seconds(5 * 60)
    /// Whether that holds without a call, too. By default two hours must pass then.
    public var permitsPingsWithoutCalls = false
    /// Connections without a call for this long are closed. Default: never.
    public var maxConnectionIdle: Duration?
    /// Connections are drained at this age, give or take a tenth, so that clients balance anew. Default: never.
    public var maxConnectionAge: Duration?
    /// What calls get to finish on a connection that is too old. Default: as long as they take.
    public var maxConnectionAgeGrace: Duration?
    /// Streams older than this, give or take a tenth, are to end, so that they are balanced anew: their handlers see
    /// `ServerContext.shouldMove`. Default: never.
    public var maxStreamAge: Duration?
    /// What they get to finish; then they end with `unavailable` and the trailer `skein-move: 1`.
    public var maxStreamAgeGrace = Duration.seconds(10)
    /// How long the server goes on to accept and to serve once it shuts down, not ready any more, so that those who
    /// direct clients to it can notice. Hooks may ask for more. Default: not at all.
    public var propagation = Duration.zero
    /// How long running calls may take to finish after that; then they end with `unavailable`.
    public var grace = Duration.seconds(25)
    /// Are told about the life of the server, after those services that are hooks themselves. Default: none.
    public var hooks: [any ServerHook] = []
    /// Where HTTP/1.1 answers `GET /health` with 200 while the server runs and `GET /ready` with 200 or, before it
    /// serves, while it drains and when a hook says so, 503. Never with TLS. Default: nowhere.
    public var probes: BindAddress?
    /// Where the server reports what operators should know. Default: nowhere.
    public var logger: Logger?

    public init() {}

    private func with(_ change: (inout ServerOptions) -> Void) -> ServerOptions {
        var copy = self
        change(&copy)
        return copy
    }

    public func handlers(_ execution: HandlerExecution) -> ServerOptions { with { $0.handlers = execution } }
    public func handlers(_ execution: HandlerExecution, for method: MethodDescriptor) -> ServerOptions {
        with { $0.methodHandlers[method.path] = execution }
    }
    public func interceptors(_ interceptors: any ServerInterceptor...) -> ServerOptions {
        with { $0.interceptors += interceptors }
    }
    public func eventLoops(_ count: Int) -> ServerOptions { with { $0.eventLoops = count } }
    public func maxRequestBytes(_ bytes: Int) -> ServerOptions { with { $0.maxRequestBytes = bytes } }
    public func maxConnections(_ count: Int) -> ServerOptions { with { $0.maxConnections = count } }
    public func maxConcurrentStreams(_ count: Int) -> ServerOptions { with { $0.maxConcurrentStreams = count } }
    public func compressor(_ compressor: any Compressor) -> ServerOptions {
        with { $0.compressors.register(compressor) }
    }
    public func keepalive(every interval: Duration, timeout: Duration = .seconds(20)) -> ServerOptions {
        with { $0.keepalive = Keepalive(every: interval, timeout: timeout, withoutCalls: true) }
    }
    public func maxConnectionIdle(_ limit: Duration) -> ServerOptions { with { $0.maxConnectionIdle = limit } }
    /// Drains connections at `limit`, give or take a tenth; `grace` is what their calls get to finish.
    public func maxConnectionAge(_ limit: Duration, grace: Duration? = nil) -> ServerOptions {
        with {
            $0.maxConnectionAge = limit
            $0.maxConnectionAgeGrace = grace
        }
    }
    /// Has streams end at `limit`, give or take a tenth; `grace` is what they get to finish.
    public func maxStreamAge(_ limit: Duration, grace: Duration = .seconds(10)) -> ServerOptions {
        with {
            $0.maxStreamAge = limit
            $0.maxStreamAgeGrace = grace
        }
    }
    public func propagation(_ duration: Duration) -> ServerOptions { with { $0.propagation = duration } }
    public func grace(_ duration: Duration) -> ServerOptions { with { $0.grace = duration } }
    public func hook(_ hook: any ServerHook) -> ServerOptions { with { $0.hooks.append(hook) } }
    public func probes(on address: BindAddress) -> ServerOptions { with { $0.probes = address } }
    public func logger(_ logger: Logger) -> ServerOptions { with { $0.logger = logger } }
}

extension ServerOptions {
    public static func handlers(_ execution: HandlerExecution) -> ServerOptions { ServerOptions().handlers(execution) }
    public static func handlers(_ execution: HandlerExecution, for method: MethodDescriptor) -> ServerOptions {
        ServerOptions().handlers(execution, for: method)
    }
    public static func interceptors(_ interceptors: any ServerInterceptor...) -> ServerOptions {
        ServerOptions().with { $0.interceptors += interceptors }
    }
    public static func eventLoops(_ count: Int) -> ServerOptions { ServerOptions().eventLoops(count) }
    public static func maxRequestBytes(_ bytes: Int) -> ServerOptions { ServerOptions().maxRequestBytes(bytes) }
    public static func compressor(_ compressor: any Compressor) -> ServerOptions {
        ServerOptions().compressor(compressor)
    }
    public static func propagation(_ duration: Duration) -> ServerOptions { ServerOptions().propagation(duration) }
    public static func grace(_ duration: Duration) -> ServerOptions { ServerOptions().grace(duration) }
    public static func hook(_ hook: any ServerHook) -> ServerOptions { ServerOptions().hook(hook) }
    public static func probes(on address: BindAddress) -> ServerOptions { ServerOptions().probes(on: address) }
    public static func logger(_ logger: Logger) -> ServerOptions { ServerOptions().logger(logger) }
}
