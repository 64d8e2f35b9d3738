// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// Makes one resolution of those of several registries.
struct ResolutionMerge: Sendable {
    /// What a source says of one server, and since when; later is higher.
    private struct Word: Sendable {
        var endpoint: Endpoint
        var since: Int

        /// Who is sure of a server knows better than who is not, else who has heard of it last.
        func isBetter(than other: Word) -> Bool {
            isListed == other.isListed ? since > other.since : isListed
        }

        private var isListed: Bool { endpoint[EndpointStanding.self] == .listed }
    }

    private struct Source: Sendable {
        var resolution: Resolution?
        var failure: RPCError?
        var words: [Endpoint.Identity: Word] = [:]
        var hasSpoken: Bool { resolution != nil || failure != nil }

        mutating func received(_ new: Resolution, at time: Int) {
            let before = words
            words = [:]
            for endpoint in new.endpoints {
                let old = before[endpoint.identity]
                let since = old?.endpoint == endpoint ? old?.since ?? time : time
                words[endpoint.identity] = Word(endpoint: endpoint, since: since)
            }
            (resolution, failure) = (new, nil)
        }
    }

    private let mode: RegistryCombination.Mode
    private var sources: [Source]
    private var clock = 0

    init(_ mode: RegistryCombination.Mode, sources count: Int) {
        self.mode = mode
        sources = Array(repeating: Source(), count: count)
    }

    /// What the source with this number says. A failure takes nothing away.
    mutating func received(_ result: Result<Resolution, RPCError>, from index: Int) {
        clock += 1
        switch result {
        case .success(let resolution): sources[index].received(resolution, at: clock)
        case .failure(let error): sources[index].failure = error
        }
    }

    /// `nil` as long as one whose word counts has not spoken.
    var merged: Result<Resolution, RPCError>? {
        guard let chosen else { return nil }
        let lists = chosen.compactMap(\.resolution)
        guard !lists.isEmpty else { return sources.lazy.compactMap(\.failure).first.map { .failure($0) } }
        var resolution = Resolution(
            ResolutionMerge.united(chosen), note: lists.map(\.note).joined(separator: " and "))
        resolution.serviceConfig = sources.lazy.compactMap { $0.resolution?.serviceConfig }.first
        resolution.clients = lists.compactMap(\.clients).max()
        return .success(resolution)
    }

    /// The sources whose lists are used.
    private var chosen: [Source]? {
        switch mode {
        case .union: return sources.allSatisfy(\.hasSpoken) ? sources : nil
        case .first:
            for source in sources {
                guard source.hasSpoken else { return nil }
                if let list = source.resolution, !list.endpoints.isEmpty { return [source] }
            }
            return sources
        }
    }

    /// Each server once, as the best word has it, where the first source names it.
    private static func united(_ sources: [Source]) -> [Endpoint] {
        var best: [Word] = []
        var places: [Endpoint.Identity: Int] = [:]
        for source in sources {
            for word in (source.resolution?.endpoints ?? []).compactMap({ source.words[$0.identity] }) {
                if let place = places[word.endpoint.identity] {
                    if word.isBetter(than: best[place]) { best[place] = word }
                } else {
                    places[word.endpoint.identity] = best.count
                    best.append(word)
                }
            }
        }
        return best.map(\.endpoint)
    }
}
