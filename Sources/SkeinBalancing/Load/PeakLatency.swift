// SPDX-License-Identifier: Apache-2.0
internal import CSkein

/// An estimate of an endpoint's latency that rises at once and falls slowly, so that a slow endpoint is noticed by one
/// call (Finagle's peak EWMA). Eight bytes, to be kept in one atomic.
struct PeakLatency: Sendable, Hashable {
    /// In which an estimate falls to 1/e of the way to what is measured.
    static let decaySeconds: Double = 10

    /// Seconds; 0 is unknown.
    private(set) var estimate: Float
    /// When that was, in units of 2^20 ns; wraps after 52 days.
    private let stamp: UInt32

    static let unknown = PeakLatency(bits: 0)

    init(bits: UInt64) {
        estimate = Float(bitPattern: UInt32(truncatingIfNeeded: bits &>> 32))
        stamp = UInt32(truncatingIfNeeded: bits)
    }

    private init(_ estimate: Float, _ stamp: UInt32) {
        self.estimate = estimate
        self.stamp = stamp
    }

    var bits: UInt64 { UInt64(estimate.bitPattern) &<< 32 | UInt64(stamp) }
    var isKnown: Bool { estimate > 0 }

    /// After a call took `seconds`. One that failed counts as if it took the estimate at least, as long as that is
    /// recent: failing fast is not being fast.
    func observing(_ seconds: Double, at time: PickTime, failed: Bool) -> PeakLatency {
        let now = PeakLatency.stamp(time)
        let measured = Float(max(seconds, 1e-9))
        let latest = failed ? max(measured, recent(at: time) ?? 0) : measured
        guard isKnown, latest < estimate else { return PeakLatency(latest, now) }
        let share = share(at: now)
        return share == 1 ? self : PeakLatency(estimate * share + latest * (1 - share), now)
    }

    /// The estimate, which falls while nothing is measured: an endpoint that was slow is tried again.
    func seconds(at time: PickTime) -> Float { estimate * share(at: PeakLatency.stamp(time)) }

    /// The estimate as it was measured; `nil` when that is long ago.
    func recent(at time: PickTime) -> Float? {
        let age = Int32(bitPattern: PeakLatency.stamp(time) &- stamp)
        return isKnown && Float(age) * PeakLatency.unit >= -1 ? estimate : nil
    }

    private func share(at now: UInt32) -> Float {
        let age = Int32(bitPattern: now &- stamp)
        return age <= 0 ? 1 : skein_exp(Float(age) * PeakLatency.unit)
    }

    private static let unit = Float(-1.048576e-3 / decaySeconds)
    private static func stamp(_ time: PickTime) -> UInt32 { UInt32(truncatingIfNeeded: time.nanoseconds &>> 20) }
}
