// SPDX-License-Identifier: Apache-2.0
import Skein
import Synchronization

/// Sends all calls to the first ready server, and shows the last load report, which comes with answers or out of band:
/// gRPC's interoperability tests want a policy that sees what servers report.
struct BackendMetrics: LoadBalancingPolicy {
    struct Configuration: LoadBalancingConfiguration {
        /// Whether the server is asked for reports out of band.
        var isOutOfBand = false

        init() {}
        init(reading fields: inout ConfigFields) throws(ConfigurationError) {}
    }

    static let name = "test_backend_metrics_load_balancer"

    /// Of the channel that was made last: cases run one after the other.
    private static let latest = Mutex<EndpointLoad?>(nil)

    static var report: LoadReport? { latest.withLock { $0 }?.report }

    private let configuration: Configuration
    private var first = Sharded<FirstReady>(.init(), seed: 0)

    init(_ configuration: Configuration, seed: UInt64) { self.configuration = configuration }

    mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) { first.update(update, &out) }

    mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {}

    mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        first.resolutionFailed(error, &out)
    }

    mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {
        if case .ready = state, configuration.isOutOfBand { out.watchLoad(of: id, every: .seconds(1)) }
        first.subchannel(id, became: state, &out)
    }

    private struct FirstReady: EndpointPolicy {
        static let name = "first_ready"

        init(_ configuration: NoConfiguration, seed: UInt64) {}

        func makePicker(over ready: [ReadyEndpoint]) -> Only {
            BackendMetrics.latest.withLock { $0 = ready[0].load }
            return Only(id: ready[0].id)
        }
    }

    private struct Only: Picker {
        let id: SubchannelID
        func pick(_ call: borrowing PickContext) -> PickResult { .subchannel(id) }
    }
}
