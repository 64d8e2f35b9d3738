// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Follows the responses to one watch, over several streams when servers fail.
struct EtcdWatch: Sendable {
    enum Verdict {
        case nothing
        case changed([Mvccpb_Event])
        /// The history from `next` is forgotten, or never happened.
        case gap
        case refused(RPCError)
    }

    /// The first revision that is not known yet.
    private(set) var next: Int64

    init(after revision: Int64) { next = revision &+ 1 }

    mutating func received(_ response: Etcdserverpb_WatchResponse) -> Verdict {
        let revision = response.header?.revision ?? 0
        if response.compactRevision != 0 { return .gap }
        if response.canceled {
            let reason = response.cancelReason.isEmpty ? "no reason given" : response.cancelReason
            let isForbidden = reason.contains("permission denied") || reason.contains("auth")
            return .refused(
                RPCError(
                    isForbidden ? .permissionDenied : .unavailable, "watch etcd: it cancelled the watch: \(reason)"))
        }
        // A store that was made anew counts from the start; it would be silent until it has caught up. A member that
        // only lags behind is taken for one, too: the list that follows comes from the majority.
        if response.created { return revision < next &- 1 ? .gap : .nothing }
        guard !response.events.isEmpty else { return .nothing }
        // Not the revision of the store: of a long history more events follow.
        for event in response.events { next = max(next, (event.kv?.modRevision ?? 0) &+ 1) }
        return .changed(response.events)
    }

    /// The last that happened to each key, in the order in which keys were first named.
    static func last(of events: [Mvccpb_Event]) -> [Mvccpb_KeyValue] {
        var places: [[UInt8]: Int] = [:]
        var last: [Mvccpb_KeyValue] = []
        for event in events {
            guard var pair = event.kv else { continue }
            if event.type == .delete { pair.value = [] }
            if let place = places[pair.key] {
                last[place] = pair
            } else {
                places[pair.key] = last.count
                last.append(pair)
            }
        }
        return last
    }
}
