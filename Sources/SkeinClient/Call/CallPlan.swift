// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// What one call is to be: its options merged with the channel's and the service config's, fixed when it starts.
struct CallPlan: Sendable {
    let method: MethodDescriptor
    let metadata: Metadata
    let deadline: Deadline?
    let waitsForReady: Bool
    let hash: UInt64?
    let maxRequestBytes: Int
    let maxResponseBytes: Int
    let start: ContinuousClock.Instant
    /// The handler that the call is made in and ends with.
    let parent: ServerContext?
    /// Why it cannot be started.
    let problem: RPCError?

    static let defaultMaxResponseBytes = 4 << 20

    init(_ method: MethodDescriptor, _ options: CallOptions, config: MethodConfig?) {
        let options = config?.applied(to: options) ?? options
        self.method = method
        metadata = options.metadata
        start = .now
        parent = options.inheritsContext ? ServerContext.current : nil
        let own = Deadline.earliest(options.deadline, options.timeout.map { [start] in Deadline(start + $0) })
        deadline = options.inheritsContext ? Deadline.earliest(own, .current) : own
        waitsForReady = options.waitsForReady ?? false
        hash = options.hashKey.map(KeyHash.hash)
        maxRequestBytes = options.maxRequestBytes ?? .max
        maxResponseBytes = options.maxResponseBytes ?? CallPlan.defaultMaxResponseBytes
        problem = metadata.isEmpty ? nil : CallPlan.problem(in: metadata, of: method)
    }

    private static func problem(in metadata: Metadata, of method: MethodDescriptor) -> RPCError? {
        MetadataEncoding.problem(in: metadata).map { RPCError(.internal, "call \(method): \($0)") }
    }
}
