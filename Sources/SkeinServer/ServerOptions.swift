// SPDX-License-Identifier: Apache-2.0
public import Logging
public import SkeinCore
internal import SkeinHTTP2

/// How a server behaves. Every limit has a sane default.
public struct ServerOptions: Sendable {
    /// Where handlers run, unless `methodHandlers` says otherwise.
    public var handlers = HandlerExecution.adaptive
    /// Where the handlers of single methods run, by path, e.g. `"/helloworld.Greeter/SayHello"`.
    public var methodHandlers: [String: HandlerExecution] = [:]
    /// How many event loops serve connections. Default: one for each core.
    public var eventLoops: Int?
    /// The largest request message accepted, in bytes; a larger one ends its call with `resourceExhausted`.
    public var maxRequestBytes = 4 << 20
    /// The most calls that one connection may have open (MAX_CONCURRENT_STREAMS).
    public var maxConcurrentStreams = 1000
    /// The most bytes of request headers, counted as HTTP/2 does (RFC 9113 section 6.5.2).
    public var maxHeaderBytes = 16 << 10
    /// Flow-control windows, in bytes: of each stream and of each connection.
    public var streamWindow = 1 << 20
    public var connectionWindow = 8 << 20
    /// What requests may be compressed with, and responses if a handler asks for it. Default: gzip and deflate.
    public var compressors = CompressorRegistry.builtIn
    /// How long running calls may take to finish once the server shuts down; then they are cancelled.
    public var grace = Duration.seconds(25)
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
    public func eventLoops(_ count: Int) -> ServerOptions { with { $0.eventLoops = count } }
    public func maxRequestBytes(_ bytes: Int) -> ServerOptions { with { $0.maxRequestBytes = bytes } }
    public func maxConcurrentStreams(_ count: Int) -> ServerOptions { with { $0.maxConcurrentStreams = count } }
    public func compressor(_ compressor: any Compressor) -> ServerOptions {
        with { $0.compressors.register(compressor) }
    }
    public func grace(_ duration: Duration) -> ServerOptions { with { $0.grace = duration } }
    public func logger(_ logger: Logger) -> ServerOptions { with { $0.logger = logger } }
}

extension ServerOptions {
    public static func handlers(_ execution: HandlerExecution) -> ServerOptions { ServerOptions().handlers(execution) }
    public static func handlers(_ execution: HandlerExecution, for method: MethodDescriptor) -> ServerOptions {
        ServerOptions().handlers(execution, for: method)
    }
    public static func eventLoops(_ count: Int) -> ServerOptions { ServerOptions().eventLoops(count) }
    public static func maxRequestBytes(_ bytes: Int) -> ServerOptions { ServerOptions().maxRequestBytes(bytes) }
    public static func compressor(_ compressor: any Compressor) -> ServerOptions {
        ServerOptions().compressor(compressor)
    }
    public static func grace(_ duration: Duration) -> ServerOptions { ServerOptions().grace(duration) }
    public static func logger(_ logger: Logger) -> ServerOptions { ServerOptions().logger(logger) }
}
