// SPDX-License-Identifier: Apache-2.0

/// Hears, at once and on the thread where it happens, what happens to the slots it watches: for policies that need to
/// know more of many endpoints than a pick has time to read.
///
/// Subclasses keep atomics only. Every attempt that started, or was in flight at first, is followed by one `completed`.
class SlotWatcher: @unchecked Sendable {  // has no state; subclasses are immutable but for atomics
    /// It watches from now on; so many attempts are in flight.
    func adopted(_ position: UInt32, inFlight: Int) {}
    /// An attempt has started on the endpoint.
    func started(_ position: UInt32) {}
    /// One has ended.
    func completed(_ position: UInt32) {}
    /// Before `completed`, when something is known of its end; `note` is the picker's.
    func ended(_ position: UInt32, note: UInt32, _ outcome: AttemptOutcome) {}
    /// The server has reported its load, which is in the slot, or what it reported has been forgotten.
    func reported(_ position: UInt32, _ change: ReportChange) {}
    /// Whether picks may choose it. Called by the control plane only.
    func became(ready: Bool, _ position: UInt32) {}
}

/// What differs from what a server reported before.
struct ReportChange {
    /// So many more calls in flight.
    var inFlight = 0
    /// 1 with its first report, -1 when there is none any more.
    var servers = 0
}
