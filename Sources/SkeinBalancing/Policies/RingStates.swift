// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The states of a ring's endpoints, by number: written by the policy, read by picks.
final class RingStates: @unchecked Sendable {  // owns its memory; what changes there is atomic
    enum State: UInt8, CaseIterable { case idle, connecting, ready, failing }

    private let size: Int
    private let states: UnsafeMutablePointer<Atomic<UInt8>>
    private let counts: UnsafeMutablePointer<Atomic<Int>>

    /// All idle.
    init(count: Int) {
        size = count
        states = .allocate(capacity: count)
        for number in 0..<count { (states + number).initialize(to: Atomic(State.idle.rawValue)) }
        counts = .allocate(capacity: State.allCases.count)
        for state in State.allCases {
            (counts + Int(state.rawValue)).initialize(to: Atomic(state == .idle ? count : 0))
        }
    }

    deinit {
        states.deallocate()
        counts.deallocate()
    }

    func state(_ number: Int) -> State { State(rawValue: states[number].load(ordering: .relaxed)) ?? .idle }

    /// How many are in that state.
    func count(_ state: State) -> Int { counts[Int(state.rawValue)].load(ordering: .relaxed) }

    func set(_ number: Int, _ state: State) {
        guard (0..<size).contains(number) else { return }
        let old = states[number].exchange(state.rawValue, ordering: .relaxed)
        counts[Int(old)].wrappingSubtract(1, ordering: .relaxed)
        counts[Int(state.rawValue)].wrappingAdd(1, ordering: .relaxed)
    }
}
