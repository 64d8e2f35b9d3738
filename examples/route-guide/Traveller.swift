// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein

/// The client's side of all four shapes.
struct Traveller {
    let guide: Routeguide_RouteGuide.Client

    func travel() async throws {
        print("unary: what stands at two places?")
        for place in [Atlas.point(58_8861, -7_4297), Atlas.point(58_0000, -7_0000)] {
            let feature = try await guide.getFeature(place, .deadline(.seconds(5)))
            print("  \(text(place)): \(feature.name.isEmpty ? "nothing known" : feature.name)")
        }

        print("server streaming: the village, and only its first three sights")
        let village = Routeguide_Rectangle(lo: Atlas.point(58_8870, -7_4100), hi: Atlas.point(58_8920, -7_4030))
        var seen = 0
        for try await feature in try await guide.listFeatures(village) {
            print("  \(feature.name)")
            seen += 1
            if seen == 3 { break }  // leaving the loop cancels the call on the wire
        }

        print("client streaming: a walk past every third sight")
        let walk = stride(from: 0, to: Atlas.features.count, by: 3).compactMap { Atlas.features[$0].location }
        let summary = try await guide.recordRoute { points in
            for point in walk { try await points.write(point) }
        }
        print("  \(summary.pointCount) points, \(summary.featureCount) sights, \(summary.distance) m")

        print("bidirectional: leave notes, read what others left at the same place")
        let steps = Atlas.point(58_9105, -7_4255)
        let notes = ["puffins!", "mind the third step", "worth the climb"]
        let chat = try await guide.routeChat(.deadline(.seconds(5)))
        async let writing: Void = {
            for note in notes { try await chat.requests.write(.init(location: steps, message: note)) }
            chat.requests.finish()
        }()
        for try await note in chat.responses { print("  somebody wrote: \(note.message)") }
        try await writing
    }

    private func text(_ point: Routeguide_Point) -> String {
        "\(Double(point.latitude) / 1e7), \(Double(point.longitude) / 1e7)"
    }
}
