// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import Synchronization

/// What this channel knows of the load of one endpoint. Survives reconnects; may be read at any time, by any thread.
public final class EndpointLoad: @unchecked Sendable {  // `table` owns the memory that `slot` points into
    /// The endpoint as the resolver last described it.
    package let endpoint: Endpoint
    private let id: SubchannelID
    let slot: UnsafeMutablePointer<EndpointSlot>
    let table: SlotTable

    init(of id: SubchannelID, at endpoint: Endpoint, in table: SlotTable) {
        self.endpoint = endpoint
        self.table = table
        self.id = id
        slot = table.slot(id.slot)
    }

    /// Attempts that went to the endpoint and have not ended; 0 once the endpoint is gone and its slot serves another.
    public var inFlight: Int {
        isCurrent ? slot.pointee.inFlight : 0
    }

    /// How long attempts on the endpoint take, by this channel's own measure: rises with the slowest at once and falls
    /// within seconds. A stream's is the time to its first message. `nil` when nothing was measured.
    public var latency: Duration? {
        guard isCurrent, slot.pointee.peakLatency.isKnown else { return nil }
        return .seconds(Double(slot.pointee.peakLatency.seconds(at: .now)))
    }

    /// What the server reported last of its load in gRPC's form (gRFC A51): with an answer, or out of band if the policy
    /// asks for that. `nil` when it never did.
    public var report: LoadReport? { timedReport?.report }

    /// The same, and when it came.
    package var timedReport: (report: LoadReport, time: PickTime)? {
        guard isCurrent else { return nil }
        return table.reports.entry(of: id).map { ($0.report, $0.time) }
    }

    /// How attempts on the endpoint have ended so far.
    package var outcomes: OutcomeCounts { isCurrent ? slot.pointee.outcomes : OutcomeCounts() }

    private var isCurrent: Bool { slot.pointee.generation.load(ordering: .relaxed) == id.generation }

    /// Whether the subchannel was given up.
    var isGone: Bool {
        !isCurrent || !slot.pointee.isAttached.load(ordering: .relaxed)
    }

    /// From now on `watcher` hears of the endpoint, as `position`; for policies, while they handle an event.
    func watch(by watcher: SlotWatcher, at position: UInt32) { table.watch(id, by: watcher, at: position) }
}
