// SPDX-License-Identifier: Apache-2.0

/// What one call asks for. Options chain: `.deadline(.seconds(1)).waitForReady`.
public struct CallOptions: Sendable {
    /// The longest the call may take, counted from its start.
    public var timeout: Duration?
    /// The instant by which it must have ended. The soonest of this, `timeout` and the inherited deadline holds.
    public var deadline: Deadline?
    /// `true`: wait through failed connections until the deadline. `false`, gRPC's default: fail with `unavailable`.
    public var waitsForReady: Bool?
    public var metadata: Metadata = [:]
    /// The key that hash policies place the call by.
    public var hashKey: String?
    /// How to compress the requests: `gzip`, `deflate`, or what the channel has registered. Default: not at all. A
    /// server that cannot read it answers `unimplemented`.
    public var compression: Compression?
    /// Whether the call inherits the deadline and the cancellation of the handler it is made in.
    public var inheritsContext = true
    /// The largest request message to send, in bytes; more fails with `resourceExhausted`. Default: no limit.
    public var maxRequestBytes: Int?
    /// The largest response message to accept, in bytes; more fails with `resourceExhausted`. Default: 4 MiB.
    public var maxResponseBytes: Int?

    /// Whether each attempt's summary explains why it went where it went. Costs time; for looking into things.
    public var explainsPicks: Bool?

    /// Who makes the call: asked for metadata before it starts. Those of a call replace those of its channel.
    public var credentials: CallCredentials?

    public init() {}

    private func with(_ change: (inout CallOptions) -> Void) -> CallOptions {
        var copy = self
        change(&copy)
        return copy
    }

    public func deadline(_ timeout: Duration) -> CallOptions { with { $0.timeout = timeout } }
    public func deadline(at deadline: Deadline) -> CallOptions { with { $0.deadline = deadline } }
    /// Adds `metadata` to what the options already carry.
    public func metadata(_ metadata: Metadata) -> CallOptions { with { $0.metadata.append(contentsOf: metadata) } }
    public func hashKey(_ key: String) -> CallOptions { with { $0.hashKey = key } }
    public func compressed(with compression: Compression) -> CallOptions { with { $0.compression = compression } }
    public func maxMessageBytes(request: Int? = nil, response: Int? = nil) -> CallOptions {
        with {
            $0.maxRequestBytes = request ?? $0.maxRequestBytes
            $0.maxResponseBytes = response ?? $0.maxResponseBytes
        }
    }
    public func credentials(_ credentials: CallCredentials) -> CallOptions { with { $0.credentials = credentials } }
    public var waitForReady: CallOptions { with { $0.waitsForReady = true } }
    public var failFast: CallOptions { with { $0.waitsForReady = false } }
    /// Has each attempt's summary explain why it went where it went.
    public var explained: CallOptions { with { $0.explainsPicks = true } }
    /// Cuts the inheritance of deadline and cancellation: the call may outlive the handler that makes it.
    public var detached: CallOptions { with { $0.inheritsContext = false } }

    /// These options, overridden by what `other` sets.
    public func adding(_ other: CallOptions) -> CallOptions {
        with {
            $0.timeout = other.timeout ?? timeout
            $0.deadline = other.deadline ?? deadline
            $0.waitsForReady = other.waitsForReady ?? waitsForReady
            if !other.metadata.isEmpty { $0.metadata.append(contentsOf: other.metadata) }
            $0.hashKey = other.hashKey ?? hashKey
            $0.credentials = other.credentials ?? credentials
            $0.compression = other.compression ?? compression
            $0.explainsPicks = other.explainsPicks ?? explainsPicks
            $0.inheritsContext = inheritsContext && other.inheritsContext
            $0.maxRequestBytes = other.maxRequestBytes ?? maxRequestBytes
            $0.maxResponseBytes = other.maxResponseBytes ?? maxResponseBytes
        }
    }
}

extension CallOptions {
    public static func deadline(_ timeout: Duration) -> CallOptions { CallOptions().deadline(timeout) }
    public static func deadline(at deadline: Deadline) -> CallOptions { CallOptions().deadline(at: deadline) }
    public static func metadata(_ metadata: Metadata) -> CallOptions { CallOptions().metadata(metadata) }
    public static func hashKey(_ key: String) -> CallOptions { CallOptions().hashKey(key) }
    public static func compressed(with compression: Compression) -> CallOptions {
        CallOptions().compressed(with: compression)
    }
    public static func maxMessageBytes(request: Int? = nil, response: Int? = nil) -> CallOptions {
        CallOptions().maxMessageBytes(request: request, response: response)
    }
    public static func credentials(_ credentials: CallCredentials) -> CallOptions {
        CallOptions().credentials(credentials)
    }
    public static var waitForReady: CallOptions { CallOptions().waitForReady }
    public static var failFast: CallOptions { CallOptions().failFast }
    public static var explained: CallOptions { CallOptions().explained }
    public static var detached: CallOptions { CallOptions().detached }
}
