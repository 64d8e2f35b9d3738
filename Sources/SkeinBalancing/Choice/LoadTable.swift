// SPDX-License-Identifier: Apache-2.0

/// The live numbers of a picker's endpoints, by number: read during picks without a reference count.
struct LoadTable: @unchecked Sendable {  // `loads` keep alive what `slots` point to; what changes there is atomic
    private let loads: [EndpointLoad]
    private let slots: [UnsafeMutablePointer<EndpointSlot>]

    init(_ ready: [ReadyEndpoint]) {
        loads = ready.map(\.load)
        slots = loads.map(\.slot)
    }

    /// Attempts in flight on the endpoint.
    func inFlight(_ number: Int) -> Int { slots[number].pointee.inFlight }

    /// Seconds that one more attempt would take there, by this channel's own measure. An endpoint of which nothing is
    /// known gets one attempt at a time.
    func expectedSeconds(_ number: Int, at time: PickTime) -> Float { slots[number].pointee.measuredDelay(at: time) }

    /// Whether any call has told how long calls take there.
    func isMeasured(_ number: Int) -> Bool { slots[number].pointee.peakLatency.isKnown }

    /// Of two endpoints drawn from `count` the one where an attempt will probably end sooner.
    func sooner(of draws: inout Draws, below count: Int, at time: PickTime) -> Int {
        let (one, other) = two(of: &draws, below: count)
        return expectedSeconds(other, at: time) < expectedSeconds(one, at: time) ? other : one
    }

    /// Two endpoints drawn from `count`; the same one twice if there is no other.
    func two(of draws: inout Draws, below count: Int) -> (Int, Int) {
        let one = draws.index(below: count)
        return count > 1 ? (one, draws.index(other: one, below: count)) : (one, one)
    }

    /// Whether the server reports its load, and can be believed.
    func reports(_ number: Int) -> Bool { slots[number].pointee.reports }
}

extension EndpointSlot {
    /// Seconds that one more attempt would take, by this channel's own measure: its latency, times the attempts that
    /// would then be in flight (Finagle's peak EWMA).
    func measuredDelay(at time: PickTime) -> Float {
        let (latency, inFlight) = (peakLatency, Float(inFlight))
        if latency.isKnown { return latency.seconds(at: time) * (inFlight + 1) }
        return inFlight == 0 ? 0 : EndpointSlot.unknownDelay + inFlight
    }

    /// Above everything that can be measured.
    private static let unknownDelay: Float = 1e6
}
