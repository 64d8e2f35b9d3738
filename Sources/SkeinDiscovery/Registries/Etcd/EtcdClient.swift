// SPDX-License-Identifier: Apache-2.0
internal import SkeinClient
internal import SkeinCore
internal import Synchronization

/// Calls to etcd: to whichever of its servers answers, and with a token where there is a user.
final class EtcdClient: Sendable {
    private let channels: NodeChannels
    private let user: (name: String, password: String)?
    private let token = Mutex<String?>(nil)

    init(_ channels: NodeChannels, user: (name: String, password: String)?) {
        self.channels = channels
        self.user = user
    }

    nonisolated(nonsending) func unary<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, timeout: Duration? = nil
    ) async throws -> Reply {
        let limit = timeout ?? channels.timeout
        return try await call { channel, options in
            try await UnaryMethod(method, on: channel)(
                request, options.deadline(limit).maxMessageBytes(response: 64 << 20))
        }
    }

    /// A call that lasts. A server that has lost its leader ends it, instead of saying nothing.
    nonisolated(nonsending) func streaming<Value>(
        timeout: Duration? = nil, _ body: (Channel, CallOptions) async throws -> Value
    ) async throws -> Value {
        try await call { channel, options in
            var options = options.metadata(["hasleader": "true"]).maxMessageBytes(response: 64 << 20)
            options.timeout = timeout
            return try await body(channel, options)
        }
    }

    /// One answer to one request of a stream: a lease is renewed that way.
    nonisolated(nonsending) func keepAlive(_ lease: Int64) async throws -> Etcdserverpb_LeaseKeepAliveResponse? {
        try await streaming(timeout: channels.timeout) { channel, options in
            let call = try await Etcdserverpb_Lease.Client(channel).leaseKeepAlive(options)
            try await call.requests.write(Etcdserverpb_LeaseKeepAliveRequest(id: lease))
            call.requests.finish()
            var responses = call.responses.makeAsyncIterator()
            return try await responses.next()
        }
    }

    /// Hands on what happens to a range of keys after a revision, for as long as `deliver` wants more. Returns, too, when
    /// the history from there is not known.
    nonisolated(nonsending) func watch(
        _ key: [UInt8], end: [UInt8], after revision: Int64, _ deliver: ([Mvccpb_Event]) -> Bool
    ) async throws {
        var watch = EtcdWatch(after: revision)
        try await streaming { channel, options in
            let call = try await Etcdserverpb_Watch.Client(channel).watch(options)
            let create = Etcdserverpb_WatchCreateRequest(key: key, rangeEnd: end, startRevision: watch.next)
            try await call.requests.write(Etcdserverpb_WatchRequest(requestUnion: .createRequest(create)))
            for try await response in call.responses {
                switch watch.received(response) {
                case .nothing: break
                case .gap: return
                case .refused(let error):
                    // An old token is refused like a wrong one.
                    forgetToken()
                    throw error
                case .changed(let events): if !deliver(events) { return }
                }
            }
            throw RPCError(.unavailable, "watch etcd: it ended the stream")
        }
    }

    nonisolated(nonsending) func close() async { await channels.close() }

    /// What the server does not believe any more is asked for anew.
    func forgetToken() { token.withLock { $0 = nil } }

    /// With a token that the server does not know (any more), the call is made again with a new one.
    private nonisolated(nonsending) func call<Value>(
        _ body: (Channel, CallOptions) async throws -> Value
    ) async throws -> Value {
        try await channels.call { channel, options in
            let known = token.withLock(\.self)
            do {
                return try await body(channel, try await authenticated(channel, options))
            } catch {
                guard known != nil, EtcdClient.isAboutToken(error) else { throw error }
                forgetToken()
                return try await body(channel, try await authenticated(channel, options))
            }
        }
    }

    private static func isAboutToken(_ error: any Error) -> Bool {
        guard let error = error as? RPCError else { return false }
        switch error.code {
        case .unauthenticated: return true
        case .invalidArgument: return error.message.contains("auth store")
        default: return false
        }
    }

    private nonisolated(nonsending) func authenticated(
        _ channel: Channel, _ options: CallOptions
    ) async throws -> CallOptions {
        guard let user else { return options }
        if let token = token.withLock(\.self) { return options.metadata(["token": .text(token)]) }
        do {
            let reply = try await Etcdserverpb_Auth.Client(channel).authenticate(
                Etcdserverpb_AuthenticateRequest(name: user.name, password: user.password),
                options.deadline(channels.timeout))
            token.withLock { $0 = reply.token }
            return options.metadata(["token": .text(reply.token)])
        } catch {
            // Where authentication is not enabled everybody may do everything.
            guard error.code == .failedPrecondition else { throw error }
            return options
        }
    }
}
