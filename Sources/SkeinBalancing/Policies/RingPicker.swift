// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Walks gRPC's ring. What changes about the endpoints it sees in `states`, at once.
struct RingPicker: DirectPicker {
    let ring: HashRing
    /// By number.
    let ids: [SubchannelID]
    let states: RingStates
    let header: String?
    /// For the case that all endpoints fail.
    let error: RPCError

    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID {
        let number = ring.owner(ring.place(of: key(of: call) ?? call.random))
        let isFirst = states.state(number) == .ready && (call.attempt == 0 || !call.wasTried(ids[number]))
        return isFirst ? ids[number] : .none
    }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        let result = pick(call)
        guard result.kind == .subchannel else { return [] }
        let key = key(of: call)
        let isOwner = result.id == ids[ring.owner(ring.place(of: key ?? call.random))]
        let place = isOwner ? "where the key belongs" : "the next that can take the key"
        return [PickCandidate(result.id, reason: key == nil ? "drawn" : place)]
    }

    private func key(of call: borrowing PickContext) -> UInt64? {
        header.map { call.hash(ofMetadata: $0) } ?? call.hash
    }

    func pick(_ call: borrowing PickContext) -> PickResult {
        if let hash = key(of: call) { return pick(call, keyed: hash) }
        return pickAny(call)
    }

    /// The first endpoint that does not fail. Beyond one that was tried before, only those that are ready count.
    private func pick(_ call: borrowing PickContext, keyed key: UInt64) -> PickResult {
        var place = ring.place(of: key)
        var tried: SubchannelID?
        for _ in 0..<ring.count {
            let number = ring.owner(place)
            place = ring.next(place)
            switch states.state(number) {
            case .ready:
                guard call.attempt > 0, call.wasTried(ids[number]) else { return .subchannel(ids[number]) }
                tried = tried ?? ids[number]
            case .connecting: if tried == nil { return .queue }
            case .idle: if tried == nil { return .queue.connecting(ids[number]) }
            case .failing: break
            }
        }
        return tried.map { .subchannel($0) } ?? .fail(error)
    }

    /// The first endpoint that is ready; the first on the way that is idle is connected, unless another is connecting.
    private func pickAny(_ call: borrowing PickContext) -> PickResult {
        var place = ring.place(of: call.random)
        var tried: SubchannelID?
        var idle: SubchannelID?
        let isConnecting = states.count(.connecting) > 0
        for _ in 0..<ring.count {
            let number = ring.owner(place)
            place = ring.next(place)
            switch states.state(number) {
            case .ready:
                if call.attempt == 0 || !call.wasTried(ids[number]) { return chosen(.subchannel(ids[number]), idle) }
                tried = tried ?? ids[number]
            case .idle: if !isConnecting { idle = idle ?? ids[number] }
            case .connecting, .failing: break
            }
        }
        if let tried { return chosen(.subchannel(tried), idle) }
        return isConnecting || idle != nil ? chosen(.queue, idle) : .fail(error)
    }

    private func chosen(_ result: PickResult, _ idle: SubchannelID?) -> PickResult {
        idle.map { result.connecting($0) } ?? result
    }
}
