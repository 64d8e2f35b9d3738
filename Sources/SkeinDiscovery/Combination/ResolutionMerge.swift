// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// Makes one resolution of those of several registries.
struct ResolutionMerge: Sendable {
    private struct Source: Sendable {
        var resolution: Resolution?
        var failure: RPCError?
        /// When its list came; later is higher.
        var freshness = 0
        var hasSpoken: Bool { resolution != nil || failure != nil }
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
        case .success(let resolution):
            sources[index] = Source(resolution: resolution, failure: nil, freshness: clock)
        case .failure(let error): sources[index].failure = error
        }
    }

    /// `nil` as long as one whose word counts has not spoken.
    var merged: Result<Resolution, RPCError>? {
        guard let chosen else { return nil }
        let lists = chosen.compactMap(\.resolution)
        guard !lists.isEmpty else { return sources.lazy.compactMap(\.failure).first.map { .failure($0) } }
        var resolution = Resolution(
            ResolutionMerge.united(chosen.sorted { $0.freshness > $1.freshness }.compactMap(\.resolution?.endpoints)),
            note: lists.map(\.note).joined(separator: " and "))
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

    /// Each server once: as the first list has it that is sure of it, else as the first has it.
    private static func united(_ lists: [[Endpoint]]) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        var places: [Endpoint.Identity: Int] = [:]
        for endpoint in lists.joined() {
            if let place = places[endpoint.identity] {
                let isSurer =
                    endpoints[place][EndpointStanding.self] != .listed && endpoint[EndpointStanding.self] == .listed
                if isSurer { endpoints[place] = endpoint }
            } else {
                places[endpoint.identity] = endpoints.count
                endpoints.append(endpoint)
            }
        }
        return endpoints
    }
}
