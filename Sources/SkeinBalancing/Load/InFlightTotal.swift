// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Counts the attempts in flight on all endpoints of a policy together, and what their servers report to have in flight.
///
/// In 16 parts, 64 bytes apart, so that threads rarely write to the same line of cache.
final class InFlightTotal: SlotWatcher, @unchecked Sendable {  // owns its memory; what changes there is atomic
    private static let parts = 16
    private static let stride = 64 / MemoryLayout<Atomic<Int>>.stride

    private let counts: UnsafeMutablePointer<Atomic<Int>>
    private let reported = Atomic<Int>(0)
    private let reporting = Atomic<Int>(0)

    override init() {
        let size = InFlightTotal.parts * InFlightTotal.stride
        counts = UnsafeMutableRawPointer.allocate(byteCount: 64 * InFlightTotal.parts, alignment: 64)
            .bindMemory(to: Atomic<Int>.self, capacity: size)
        for index in 0..<size { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit { UnsafeMutableRawPointer(counts).deallocate() }

    /// Never negative.
    var count: Int {
        var sum = 0
        for part in 0..<InFlightTotal.parts { sum &+= counts[part * InFlightTotal.stride].load(ordering: .relaxed) }
        return max(sum, 0)
    }

    /// What a server reports in the mean; `nil` unless at least two do.
    var meanReported: Double? {
        let servers = reporting.load(ordering: .relaxed)
        return servers > 1 ? Double(max(reported.load(ordering: .relaxed), 0)) / Double(servers) : nil
    }

    override func reported(_ position: UInt32, _ change: ReportChange) {
        if change.inFlight != 0 { reported.wrappingAdd(change.inFlight, ordering: .relaxed) }
        if change.servers != 0 { reporting.wrappingAdd(change.servers, ordering: .relaxed) }
    }

    override func adopted(_ position: UInt32, inFlight: Int) {
        part(position).pointee.wrappingAdd(inFlight, ordering: .relaxed)
    }

    override func started(_ position: UInt32) { part(position).pointee.wrappingAdd(1, ordering: .relaxed) }

    override func completed(_ position: UInt32) { part(position).pointee.wrappingSubtract(1, ordering: .relaxed) }

    private func part(_ position: UInt32) -> UnsafeMutablePointer<Atomic<Int>> {
        counts + Int(position) % InFlightTotal.parts * InFlightTotal.stride
    }
}
