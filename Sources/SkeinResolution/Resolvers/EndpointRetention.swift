// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What is known of a name after several looks at it.
///
/// An endpoint that an answer leaves out is kept for some answers more, but only for as long as it is connected: name
/// servers that show some of their addresses, others each time, do not make connections come and go, and a server that
/// is gone is not connected to again. That there is nothing at all is believed after a while.
struct EndpointRetention: Sendable {
    /// For how long nothing at all is not believed.
    static let denialHold: Duration = .seconds(30)

    private struct Entry: Sendable {
        var endpoint: Endpoint
        var misses = 0
    }

    private let missesUntilDropped: Int
    private var entries: [Entry] = []
    private var deniedSince: Duration?

    /// - Parameter missesUntilDropped: an endpoint that this many answers in a row did not have is dropped.
    init(missesUntilDropped: Int) { self.missesUntilDropped = missesUntilDropped }

    var count: Int { entries.count }

    /// The endpoints to use after `answer`: the known ones in the order they came, then the new ones in the answer's
    /// order. An answer that is not complete says nothing of what it leaves out.
    mutating func absorb(_ answer: [Endpoint], isComplete: Bool = true) -> [Endpoint] {
        deniedSince = nil
        var new = Dictionary(answer.map { ($0.identity, $0) }) { first, _ in first }
        for index in entries.indices {
            if let endpoint = new.removeValue(forKey: entries[index].endpoint.identity) {
                entries[index] = Entry(endpoint: endpoint)
            } else if isComplete {
                entries[index].misses += 1
            }
        }
        entries.removeAll { $0.misses >= missesUntilDropped }
        for endpoint in answer where new.removeValue(forKey: endpoint.identity) != nil {
            entries.append(Entry(endpoint: endpoint))
        }
        return entries.map { $0.misses == 0 ? $0.endpoint : EndpointRetention.kept($0.endpoint) }
    }

    /// The endpoints to use when those who know say that there are none; `nil` when that is nothing new. `now` counts
    /// from any fixed moment.
    mutating func deny(at now: Duration) -> [Endpoint]? {
        guard !entries.isEmpty else { return nil }
        let since = deniedSince ?? now
        deniedSince = since
        guard now - since < EndpointRetention.denialHold else {
            entries = []
            return []
        }
        return entries.map { EndpointRetention.kept($0.endpoint) }
    }

    private static func kept(_ endpoint: Endpoint) -> Endpoint {
        var endpoint = endpoint
        endpoint[EndpointStanding.self] = .kept
        return endpoint
    }
}
