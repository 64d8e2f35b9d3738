// SPDX-License-Identifier: Apache-2.0

/// Is told how the life of a server goes on. A service that conforms is told by the server that it belongs to; other
/// objects are, too, when they stand in the server's options.
///
/// The methods are called one after the other in the order below, each once, from any thread: at the end of a server for
/// all services at the same time, and then, after a second at the latest, for all other hooks. When `didListen` was not called, because the server could not start, none of the others
/// is. The server waits for each of them: of those that are called at its end it waits for 5 s, then the task they run
/// in is cancelled and the server goes on; a second wish to stop ends each wait at once. Each has a default that does
/// nothing.
public protocol ServerHook: Sendable {
    /// How long clients may still come after `willDrain` has returned, because they have not heard yet: the server goes
    /// on to accept and to serve for the longest time that one of its hooks asks for. Read when `willDrain` has
    /// returned. Default: zero.
    var propagation: Duration { get }

    /// Whether new calls are welcome. A server is ready as long as all its hooks are. From any thread, at any time; must
    /// return at once. Default: `true`.
    var isReady: Bool { get }

    /// The server listens at `addresses`, and serves. Called for one hook after the other, services first, before
    /// `Server.addresses()` returns. An error stops the server, and is what `Server.run` throws.
    func didListen(_ addresses: [EndpointAddress]) async throws

    /// The server will stop; for now it serves as before. The time to tell those who direct clients here.
    func willDrain() async

    /// The server closes its listeners now, and tells its clients to go elsewhere. The time to end streams that would
    /// never end by themselves.
    func willGoAway() async

    /// The last connection is closed.
    func didStop() async
}

extension ServerHook {
    public var propagation: Duration { .zero }
    public var isReady: Bool { true }
    public func didListen(_ addresses: [EndpointAddress]) async throws {}
    public func willDrain() async {}
    public func willGoAway() async {}
    public func didStop() async {}
}
