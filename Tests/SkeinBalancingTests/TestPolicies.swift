// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore

/// Sends a hash to the same endpoint while that has few calls in flight.
struct Sticky: EndpointPolicy {
    struct Configuration: LoadBalancingConfiguration {
        var maxInFlight = 100

        init() {}
        init(reading fields: inout ConfigFields) throws(ConfigurationError) {
            maxInFlight = try fields.int("maxInFlight", default: 100, in: 1...100_000)
        }
    }

    static let name = "sticky"
    let configuration: Configuration

    init(_ configuration: Configuration, seed: UInt64) { self.configuration = configuration }

    func makePicker(over ready: [ReadyEndpoint]) -> StickyPicker {
        StickyPicker(ready: ready, cap: configuration.maxInFlight)
    }
}

struct StickyPicker: Picker {
    let ready: [ReadyEndpoint]
    let cap: Int

    func pick(_ call: borrowing PickContext) -> PickResult {
        let first = Int((call.hash ?? call.random) % UInt64(ready.count))
        for step in ready.indices {
            let candidate = ready[(first + step) % ready.count]
            if candidate.load.inFlight < cap { return .subchannel(candidate.id) }
        }
        return .drop(RPCError(.unavailable, "every endpoint has \(cap) calls in flight"))
    }
}

/// One connection, to the last endpoint of the list: a policy written from scratch.
struct NewestOnly: LoadBalancingPolicy {
    static let name = "newest_only"
    private var current: (id: SubchannelID, endpoint: Endpoint)?

    init(_ configuration: NoConfiguration, seed: UInt64) {}

    mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        guard let newest = update.endpoints.last else {
            if let current { out.shutDown(current.id) }
            current = nil
            return fail(RPCError(.unavailable, "find an endpoint: there is none"), &out)
        }
        guard newest.identity != current?.endpoint.identity else { return }
        if let current { out.shutDown(current.id) }
        let id = out.createSubchannel(for: newest)
        out.connect(id)
        out.publish(.connecting, Fixed(result: .queue))
        current = (id, newest)
    }

    mutating func reconfigure(_ configuration: NoConfiguration, _ out: inout PolicyActions) {}

    mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        if current == nil { fail(error, &out) }
    }

    mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {
        switch state {
        case .ready: out.publish(.ready, Fixed(result: .subchannel(id)))
        case .transientFailure(let error):
            fail(error, &out)
            out.requestResolution()
            wasFailing = true
        case .idle:
            out.connect(id)
            if !wasFailing { out.publish(.connecting, Fixed(result: .queue)) }
        case .connecting, .shutdown: break
        }
        if state.isReady { wasFailing = false }
    }

    private var wasFailing = false

    private func fail(_ error: RPCError, _ out: inout PolicyActions) {
        out.publish(.transientFailure(error), Fixed(result: .fail(error)))
    }
}

struct Fixed: Picker {
    let result: PickResult
    func pick(_ call: borrowing PickContext) -> PickResult { result }
}

/// Like `newest_only`, with one fault.
struct Careless: LoadBalancingPolicy {
    enum Fault: Sendable, Hashable { case picksTheLost, neverConnects, keepsTheGone, shutsDownTwice, failsSilently }

    struct Configuration: LoadBalancingConfiguration {
        var fault = Fault.picksTheLost
        init() {}
        init(fault: Fault) { self.fault = fault }
        init(reading fields: inout ConfigFields) throws(ConfigurationError) {}
    }

    static let name = "careless"
    private let fault: Fault
    private var current: SubchannelID?

    init(_ configuration: Configuration, seed: UInt64) { fault = configuration.fault }

    mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        if let current, fault != .keepsTheGone {
            out.shutDown(current)
            if fault == .shutsDownTwice { out.shutDown(current) }
        }
        current = nil
        guard let endpoint = update.endpoints.first else {
            return resolutionFailed(RPCError(.unavailable, "find an endpoint: there is none"), &out)
        }
        let id = out.createSubchannel(for: endpoint)
        current = id
        if fault != .neverConnects { out.connect(id) }
        out.publish(.connecting, Fixed(result: .queue))
    }

    mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {}

    mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        guard current == nil else { return }
        let said = fault == .failsSilently ? RPCError(.unavailable, "") : error
        out.publish(.transientFailure(said), Fixed(result: .fail(said)))
    }

    mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {
        if state.isReady { out.publish(.ready, Fixed(result: .subchannel(id))) }
        guard case .idle = state else { return }
        out.connect(id)
        if fault != .picksTheLost { out.publish(.connecting, Fixed(result: .queue)) }
    }
}

/// Every built-in policy by its name, with a config where gRPC demands one.
func sample(_ name: String) -> LoadBalancing {
    let child = #""childPolicy": [{"round_robin": {}}]"#
    let configs = [
        "priority_experimental": #"{"children": {"a": {"config": [{"random": {}}]}}, "priorities": ["a"]}"#,
        "weighted_target_experimental": #"{"targets": {"": {"weight": 1, \#(child)}}}"#,
        "outlier_detection_experimental": "{\(child)}",
        "random_subsetting_experimental": #"{"subsetSize": 5000, \#(child)}"#,
        "subsetting": #"{"subsetSize": 5000, \#(child)}"#,
    ]
    return configs[name].flatMap { try? LoadBalancing(policy: name, json: $0) } ?? LoadBalancing(policy: name)
}
