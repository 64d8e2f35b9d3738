// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein

/// The server's side of all four shapes. An actor, because calls share the notes.
actor RouteGuideService: Routeguide_RouteGuide.Service {
    private var notes: [Routeguide_Point: [Routeguide_RouteNote]] = [:]

    func getFeature(_ request: Routeguide_Point, context: ServerContext) async throws -> Routeguide_Feature {
        Atlas.feature(at: request) ?? .init(location: request)
    }

    func listFeatures(
        _ request: Routeguide_Rectangle, to responses: ResponseWriter<Routeguide_Feature>, context: ServerContext
    ) async throws {
        guard let a = request.lo, let b = request.hi else {
            throw RPCError(.invalidArgument, "the rectangle lacks a corner: expected lo and hi")
        }
        let latitudes = min(a.latitude, b.latitude)...max(a.latitude, b.latitude)
        let longitudes = min(a.longitude, b.longitude)...max(a.longitude, b.longitude)
        for feature in Atlas.features {
            guard let place = feature.location, latitudes.contains(place.latitude),
                longitudes.contains(place.longitude)
            else { continue }
            try await responses.write(feature)
        }
    }

    func recordRoute(
        _ requests: RequestStream<Routeguide_Point>, context: ServerContext
    ) async throws -> Routeguide_RouteSummary {
        let start = ContinuousClock.now
        var summary = Routeguide_RouteSummary()
        var metres = 0.0
        var last: Routeguide_Point?
        for try await point in requests {
            summary.pointCount += 1
            if Atlas.feature(at: point) != nil { summary.featureCount += 1 }
            if let last { metres += Atlas.distance(last, point) }
            last = point
        }
        summary.distance = Int32(clamping: Int(metres))
        summary.elapsedTime = Int32(clamping: (ContinuousClock.now - start).components.seconds)
        return summary
    }

    func routeChat(
        _ requests: RequestStream<Routeguide_RouteNote>, to responses: ResponseWriter<Routeguide_RouteNote>,
        context: ServerContext
    ) async throws {
        for try await note in requests {
            let place = note.location ?? .init()
            let earlier = notes[place, default: []]
            notes[place] = earlier + [note]
            try await responses.write(contentsOf: earlier)
        }
    }
}
