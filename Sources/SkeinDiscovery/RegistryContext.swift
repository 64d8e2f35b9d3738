// SPDX-License-Identifier: Apache-2.0
public import Logging
package import SkeinResolution

/// What a service registry is given when it is made.
public struct RegistryContext: Sendable {
    /// Says nothing unless the application gave a logger.
    public var logger: Logger
    /// The time to sleep by; tests put their own here.
    public var clock: any Clock<Duration>
    /// Where chance comes from, for jitter and for the order of the registry's nodes.
    public var seed: UInt64
    /// How host names become addresses.
    package var lookup: any AddressLookup

    public init(
        logger: Logger = Logger(label: "skein.discovery", factory: { _ in SwiftLogNoOpLogHandler() }),
        clock: any Clock<Duration> = ContinuousClock(), seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.init(ResolverContext(seed: seed, logger: logger, clock: clock))
    }

    package init(_ context: ResolverContext) {
        logger = context.logger
        clock = context.clock
        seed = context.seed
        lookup = context.lookup
    }
}
