// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinServer
internal import Synchronization

/// Tells clients how loaded the server is, for their load balancing.
///
/// Give it to a server among its services: it measures the server's calls, and answers in three ways. Clients that ask
/// get the load with each answer, which channels of this library do where their policy wants to know it. Clients may
/// ask for the load alone, by a method of a few bytes. And `xds.service.orca.v3.OpenRcaService` sends it again and
/// again (gRFC A51). What a handler puts in `ServerContext.loadMetrics` goes with its answer in any case.
public final class LoadReporting: RPCService, ServerHook, LoadMeasuring {
    /// Which answers carry the load.
    public struct Mode: Sendable, Hashable {
        let measures: Bool
        let always: Bool

        /// Those to clients that ask for it.
        public static let whenAsked = Mode(measures: true, always: false)
        /// All, in gRPC's form (gRFC A51): for its clients that use `weighted_round_robin`. Those that ask get ours, too.
        public static let always = Mode(measures: true, always: true)
        /// None: nothing is measured. What the application tells is still sent out of band.
        public static let off = Mode(measures: false, always: false)
    }

    package let meter: LoadMeter?
    private let audience: LoadAudience
    private let minimumInterval: Duration
    private let told = ToldLoad()
    let streams = LoadStreams()

    /// - Parameters:
    ///   - mode: which answers carry the load.
    ///   - audience: who is told; to others it is as if the server measured nothing.
    ///   - parallelism: calls that the server can run at once without slowing each other. Default: the machine's cores.
    ///     Rather too low than too high for a server that waits for others.
    ///   - minimumInterval: the least time between two reports on one stream.
    public init(
        _ mode: Mode = .whenAsked, audience: LoadAudience = .local, parallelism: Int? = nil,
        minimumInterval: Duration = .seconds(30)
    ) {
        self.audience = audience
        self.minimumInterval = max(.milliseconds(1), minimumInterval)
        let cores = UInt32(clamping: max(1, parallelism ?? LoadMeter.cores))
        let rules = LoadMeter.Rules(
            always: mode.always, audience: { audience.includes($0) }, told: { [told] in told.report })
        meter = mode.measures ? LoadMeter(parallelism: cores, rules: rules) : nil
    }

    /// What the application says of the server as a whole. It stands in for what is measured, and holds until it is
    /// changed; 0, and a missing name, take nothing away.
    public func update(_ change: (inout LoadReport) -> Void) { told.update(change) }

    // MARK: a service

    public var descriptor: ServiceDescriptor { Xds_Service_Orca_V3_OpenRcaService.descriptor }

    public var descriptors: [ServiceDescriptor] {
        meter == nil ? [descriptor] : [descriptor, Skein_Load_V1_LoadReporting.descriptor]
    }

    public func register(with router: inout ServiceRouter) {
        router.isMeasured = false
        let report = { @Sendable [meter, told] in meter?.report ?? told.report }
        LoadStreamHandler(audience: audience, minimumInterval: minimumInterval, streams: streams, report: report)
            .register(with: &router)
        guard meter != nil else { return }
        router.countsAsUse = false
        LoadProbeHandler(audience: audience).register(with: &router)
    }

    // MARK: a hook

    /// Ends the streams.
    public func willGoAway() async { streams.end() }
}

/// The load that the application tells.
private final class ToldLoad: Sendable {
    private let state = Mutex(LoadReport())

    var report: LoadReport { state.withLock { $0 } }

    func update(_ change: (inout LoadReport) -> Void) { state.withLock { change(&$0) } }
}
