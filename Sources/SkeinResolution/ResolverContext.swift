// SPDX-License-Identifier: Apache-2.0
public import Logging
internal import SkeinCore

/// What a channel gives the resolver that it makes.
public struct ResolverContext: Sendable {
    /// The port of a host without one: 443.
    public var defaultPort: Int
    /// Where chance comes from, for jitter: different in each channel.
    public var seed: UInt64
    /// Says nothing unless the channel was given a logger.
    public var logger: Logger
    /// The time to sleep by; tests put their own here.
    public var clock: any Clock<Duration>

    /// How names become addresses.
    package var lookup: any AddressLookup
    /// The machine's name servers.
    package var nameServers: DNSClient
    /// Where blocking calls run.
    package var blocking: BlockingPool
    /// The lists registered in code, by name; filled in by the registry.
    package var lists: [String: EndpointList] = [:]

    /// A context as a channel makes it; tests give their own clock.
    public init(
        defaultPort: Int = 443, seed: UInt64 = .random(in: .min ... .max),
        logger: Logger = Logger(label: "skein.resolution", factory: { _ in SwiftLogNoOpLogHandler() }),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.defaultPort = defaultPort
        self.seed = seed
        self.logger = logger
        self.clock = clock
        blocking = .shared
        lookup = HostLookup.shared
        nameServers = .machine
    }
}
