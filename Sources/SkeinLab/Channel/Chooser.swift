// SPDX-License-Identifier: Apache-2.0
package import SkeinBalancing
package import SkeinCore

/// What stands in the place of a channel's balancing: one per client. Times are virtual seconds and never go back.
package protocol Chooser: AnyObject {
    /// How often it chose among other endpoints because calls failed.
    var ejections: Int { get }
    /// Where an attempt goes; `nil` when it has to wait or fails.
    func pick(_ call: LabCall, at time: Double) -> Choice?
    /// An attempt that was picked has ended.
    func completed(_ attempt: Attempt, _ outcome: AttemptOutcome, at time: Double)
    /// A server answered a probe that a choice asked for.
    func reported(_ load: ServerLoad, by probe: Choice.Probe, at time: Double)
    /// A server did not answer a probe, or refused to.
    func probeFailed(_ server: Int, isRefusal: Bool, at time: Double)
    /// A server's connection is lost. `replaced`: another server comes in its place, of which nothing is known.
    func lost(_ server: Int, replaced: Bool, at time: Double)
    /// Streams open on a server that stay open and do nothing.
    func openStreams(_ count: Int, on server: Int, at time: Double)
    /// Whether it goes by reports in gRPC's form.
    var wantsMetrics: Bool { get }
    /// A server's answer came with such a report.
    func reported(_ metrics: LoadReport, with attempt: Attempt, at time: Double)
}

extension Chooser {
    package var ejections: Int { 0 }
    package func completed(_ attempt: Attempt, _ outcome: AttemptOutcome, at time: Double) {}
    package func reported(_ load: ServerLoad, by probe: Choice.Probe, at time: Double) {}
    package func probeFailed(_ server: Int, isRefusal: Bool, at time: Double) {}
    package func lost(_ server: Int, replaced: Bool, at time: Double) {}
    package func openStreams(_ count: Int, on server: Int, at time: Double) {}
    package var wantsMetrics: Bool { false }
    package func reported(_ metrics: LoadReport, with attempt: Attempt, at time: Double) {}
}

/// What is known of a call when it is picked.
package struct LabCall {
    package let method: MethodDescriptor
    package let hash: UInt64?

    package init(_ method: MethodDescriptor, hash: UInt64? = nil) {
        self.method = method
        self.hash = hash
    }
}

/// What is on its way to a server.
package struct Attempt {
    package let server: Int
    /// `nil` for a chooser that counts for itself.
    var token: PickToken?
}

/// What a pick came to.
package struct Choice {
    /// A server to ask for its load.
    package struct Probe {
        package let server: Int
        let id: SubchannelID

        init(server: Int, id: SubchannelID = SubchannelID(slot: 0, generation: 0)) {
            self.server = server
            self.id = id
        }
    }

    package let attempt: Attempt
    package private(set) var probes: (Probe?, Probe?, Probe?) = (nil, nil, nil)

    init(_ attempt: Attempt) { self.attempt = attempt }

    mutating func append(_ probe: Probe) {
        if probes.0 == nil {
            probes.0 = probe
        } else if probes.1 == nil {
            probes.1 = probe
        } else if probes.2 == nil {
            probes.2 = probe
        }
    }

    package func forEachProbe(_ body: (Probe) -> Void) {
        if let probe = probes.0 { body(probe) }
        if let probe = probes.1 { body(probe) }
        if let probe = probes.2 { body(probe) }
    }
}
