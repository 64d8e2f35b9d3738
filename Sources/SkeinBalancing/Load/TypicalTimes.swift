// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The latency and the service time that servers report, in the mean of the last reports. Eight bytes, to be kept in one
/// atomic.
struct TypicalTimes: Sendable {
    /// Of one report.
    private static let weight: Float = 1 / 64

    private(set) var latency: Float = 0
    private(set) var serviceTime: Float = 0

    init() {}

    init(bits: UInt64) {
        latency = Float(bitPattern: UInt32(truncatingIfNeeded: bits &>> 32))
        serviceTime = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    }

    var bits: UInt64 { UInt64(latency.bitPattern) &<< 32 | UInt64(serviceTime.bitPattern) }

    mutating func insert(_ load: ServerLoad) {
        guard load.serviceTime > 0, load.serviceTime < .infinity, load.latency < .infinity else { return }
        guard serviceTime > 0 else {
            (latency, serviceTime) = (load.latency, load.serviceTime)
            return
        }
        latency += (load.latency - latency) * TypicalTimes.weight
        serviceTime += (load.serviceTime - serviceTime) * TypicalTimes.weight
    }

    /// The report of a server that knows no times yet, with these.
    func completing(_ load: ServerLoad) -> ServerLoad {
        guard load.serviceTime == 0 else { return load }
        return ServerLoad(
            inFlight: load.inFlight, latency: latency, serviceTime: serviceTime, parallelism: load.parallelism,
            incarnation: load.incarnation)
    }
}
