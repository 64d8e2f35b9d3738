// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// The place of calls with a key on a ring of a policy whose calls rarely have one: made by the first such call, and
/// by the control plane from then on.
final class KeyedPlacement: @unchecked Sendable {  // owns what `made` points to, which is set once
    private final class Made: Sendable {
        let table: PlacedTable<RingHashTable>
        let picker: RingHashPicker

        init(_ table: PlacedTable<RingHashTable>) {
            self.table = table
            picker = RingHashPicker(table.parts)
        }
    }

    private let endpoints: [ReadyEndpoint]
    private let configuration: RingHashConfiguration
    private let total: InFlightTotal
    private let made = Atomic<UnsafeRawPointer?>(nil)

    /// - Parameters:
    ///   - endpoints: ready or not.
    ///   - total: what is in flight on all of them.
    init(_ endpoints: [ReadyEndpoint], _ hashing: HashingOptions, total: InFlightTotal) {
        self.endpoints = endpoints
        self.total = total
        configuration = RingHashConfiguration(hashing)
    }

    deinit { made.load(ordering: .acquiring).map { Unmanaged<Made>.fromOpaque($0).release() } }

    var isUsed: Bool { made.load(ordering: .relaxed) != nil }

    /// Where the call's key belongs; `nil` when no endpoint can take it.
    func pick(_ call: borrowing PickContext) -> SubchannelID? {
        guard let made = made.load(ordering: .acquiring) ?? make() else { return nil }
        let result = Unmanaged<Made>.fromOpaque(made)._withUnsafeGuaranteedRef { $0.picker.pick(call) }
        return result.kind == .subchannel ? result.id : nil
    }

    /// Of several at once the first counts.
    @discardableResult
    func make() -> UnsafeRawPointer? {
        guard let table = PlacedTable<RingHashTable>(endpoints, configuration, total: total) else { return nil }
        let mine = Unmanaged.passRetained(Made(table))
        let pointer = UnsafeRawPointer(mine.toOpaque())
        let (isMine, there) = made.compareExchange(expected: nil, desired: pointer, ordering: .acquiringAndReleasing)
        guard !isMine else { return pointer }
        mine.release()
        return there
    }
}
