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
        let seconds = expectedSeconds(one, other, at: time)
        return seconds.1 < seconds.0 ? other : one
    }

    /// Seconds that one more attempt would take at each of two. One of which nothing is known counts as being as fast as
    /// the other: if it were always tried at once, all clients together would overwhelm an endpoint that is new.
    func expectedSeconds(_ one: Int, _ other: Int, at time: PickTime) -> (Float, Float) {
        let seconds = (expectedSeconds(one, at: time), expectedSeconds(other, at: time))
        switch (isUnknown(one), isUnknown(other)) {
        case (true, false) where isMeasured(other): return (latency(other, at: time), seconds.1)
        case (false, true) where isMeasured(one): return (seconds.0, latency(one, at: time))
        default: return seconds
        }
    }

    private func latency(_ number: Int, at time: PickTime) -> Float {
        slots[number].pointee.peakLatency.seconds(at: time)
    }

    /// Whether nothing is known of the endpoint: no call has ended there, none is in flight.
    func isUnknown(_ number: Int) -> Bool { !isMeasured(number) && slots[number].pointee.inFlight == 0 }

    /// Two endpoints drawn from `count`; the same one twice if there is no other.
    func two(of draws: inout Draws, below count: Int) -> (Int, Int) {
        let one = draws.index(below: count)
        return count > 1 ? (one, draws.index(other: one, below: count)) : (one, one)
    }

    /// Whether the server reports its load, and can be believed.
    func reports(_ number: Int, at time: PickTime) -> Bool { slots[number].pointee.reports(at: time) }
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
