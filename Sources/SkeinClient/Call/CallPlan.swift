// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// What one call is to be: its options merged with the channel's and the service config's, fixed when it starts.
struct CallPlan: Sendable {
    let method: MethodDescriptor
    private(set) var metadata: Metadata
    /// Asked before the call starts.
    let credentials: CallCredentials?
    let deadline: Deadline?
    let waitsForReady: Bool
    let explainsPicks: Bool
    let hash: UInt64?
    /// Who called the handler that the call is made in.
    let source: UInt64?
    let maxRequestBytes: Int
    let maxResponseBytes: Int
    let start: ContinuousClock.Instant
    /// The handler that the call is made in and ends with.
    let parent: ServerContext?
    /// What compresses the requests, if anything does.
    let compressor: (any Compressor)?
    /// Why it cannot be started.
    private(set) var problem: RPCError?

    static let defaultMaxResponseBytes = 4 << 20

    init(
        _ method: MethodDescriptor, _ options: CallOptions, config: MethodConfig?, compressors: CompressorRegistry,
        start: ContinuousClock.Instant = .now
    ) {
        let options = config?.applied(to: options) ?? options
        self.method = method
        metadata = options.metadata
        credentials = options.credentials
        self.start = start
        parent = options.inheritsContext ? ServerContext.current : nil
        let own = Deadline.earliest(options.deadline, options.timeout.map { Deadline(start + $0) })
        deadline = options.inheritsContext ? Deadline.earliest(own, .current) : own
        waitsForReady = options.waitsForReady ?? false
        explainsPicks = options.explainsPicks ?? false
        hash = options.hashKey.map { XXHash64.hash($0) }
        source = hash == nil ? parent.map { XXHash64.hash($0.peer.address.host) } : nil
        maxRequestBytes = options.maxRequestBytes ?? .max
        maxResponseBytes = options.maxResponseBytes ?? CallPlan.defaultMaxResponseBytes
        problem = metadata.isEmpty ? nil : CallPlan.problem(in: metadata, of: method)
        do throws(ConfigurationError) {
            compressor = try options.compression.flatMap { (name) throws(ConfigurationError) in
                try compressors.choose(name)
            }
        } catch {
            compressor = nil
            problem = problem ?? RPCError(.internal, "call \(method): \(error)")
        }
    }

    /// Compresses and frames a request message; refuses one that is too large.
    func frame(_ request: inout Buffer, compressed: Bool = true) throws(RPCError) {
        if request.count > maxRequestBytes {
            throw RPCError(
                .resourceExhausted,
                "call \(method): a request has \(request.count) bytes, the limit is \(maxRequestBytes)")
        }
        try OutgoingMessages.frame(&request, compressed ? compressor : nil)
    }

    /// The same for the one request of a call, which fails to start if that is not possible.
    mutating func frame(first request: inout Buffer, _ hooks: MessageHooks?) {
        do throws(RPCError) {
            try hooks?.apply(toRequest: &request)
            try frame(&request)
        } catch {
            problem = problem ?? error
        }
    }

    /// Adds what the credentials want sent.
    mutating func add(_ metadata: Metadata) {
        self.metadata.append(contentsOf: metadata)
        problem = problem ?? CallPlan.problem(in: metadata, of: method)
    }

    mutating func fail(_ error: RPCError) { problem = problem ?? error }

    private static func problem(in metadata: Metadata, of method: MethodDescriptor) -> RPCError? {
        MetadataEncoding.problem(in: metadata).map { RPCError(.internal, "call \(method): \($0)") }
    }
}
