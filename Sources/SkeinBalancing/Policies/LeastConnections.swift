// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `least_connections`: the ready endpoint with the fewest calls of this channel in flight; of equals any.
package struct LeastConnections: EndpointPolicy {
    package static let name = "least_connections"
    package static let ejectsFailing = true

    private struct Place {
        let position: UInt32
        let load: EndpointLoad
    }

    private let board = LeastBoard()
    private var places: [SubchannelID: Place] = [:]
    private var next: UInt32 = 0
    private var free: [UInt32] = []

    package init(_ configuration: NoConfiguration, seed: UInt64) {}

    package mutating func makePicker(over ready: [ReadyEndpoint]) -> some Picker {
        for endpoint in ready where places[endpoint.id] == nil { add(endpoint) }
        if places.count > 2 * ready.count + 64 { forgetGone() }
        return LeastConnectionsPicker(board: board, ready: ready)
    }

    private mutating func add(_ endpoint: ReadyEndpoint) {
        let position = free.popLast() ?? next
        guard board.reserve(position) else { return }
        if position == next { next += 1 }
        places[endpoint.id] = Place(position: position, load: endpoint.load)
        endpoint.load.watch(by: board, at: position)
        board.open(position, endpoint.id)
    }

    /// An endpoint that may come back keeps its place; others leave theirs when nothing is in flight on them.
    private mutating func forgetGone() {
        for (id, place) in places where place.load.isGone && board.isUnused(place.position) {
            places[id] = nil
            free.append(place.position)
        }
    }
}

private struct LeastConnectionsPicker: DirectPicker {
    let board: LeastBoard
    /// For explanations.
    let ready: [ReadyEndpoint]

    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID {
        guard let id = board.least(call.random) else { return .none }
        return call.attempt > 0 && call.wasTried(id) ? board.least(untriedBy: call) ?? id : id
    }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        var all: [PickCandidate] = []
        for endpoint in ready.prefix(1000) {
            let reason = call.wasTried(endpoint.id) ? "tried before" : ""
            all.append(PickCandidate(endpoint.id, score: Double(endpoint.load.inFlight), reason: reason))
        }
        return all
    }
}
