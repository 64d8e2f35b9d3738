// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation

/// The sights of Gannet Island, which is on no other map.
enum Atlas {
    static let features: [Routeguide_Feature] = [
        feature("North Light", 58_9120, -7_4310), feature("Puffin Steps", 58_9105, -7_4255),
        feature("Kelp Bay", 58_9068, -7_4402), feature("Old Signal Station", 58_9051, -7_4189),
        feature("Wreck of the Marigold", 58_9033, -7_4477), feature("Storm Wall", 58_9017, -7_4098),
        feature("Seal Skerry", 58_8994, -7_4521), feature("Windy Saddle", 58_8981, -7_4266),
        feature("Three Sisters", 58_8960, -7_4143), feature("Peat Cutters' Hut", 58_8942, -7_4334),
        feature("Raven Crag", 58_8929, -7_4215), feature("Ferry Landing", 58_8911, -7_4040),
        feature("Harbour Office", 58_8904, -7_4052), feature("Net Loft", 58_8899, -7_4067),
        feature("Chapel of the Tides", 58_8890, -7_4088), feature("Schoolhouse", 58_8883, -7_4075),
        feature("Bakery on the Quay", 58_8879, -7_4059), feature("Standing Stone", 58_8861, -7_4297),
        feature("Loch of the Hind", 58_8847, -7_4361), feature("Boathouse", 58_8838, -7_4380),
        feature("Sheep Fank", 58_8822, -7_4232), feature("Cuckoo Bridge", 58_8810, -7_4158),
        feature("Salt Pans", 58_8793, -7_4101), feature("Whale Bone Arch", 58_8779, -7_4187),
        feature("Smugglers' Cave", 58_8760, -7_4444), feature("Weather Mast", 58_8741, -7_4310),
        feature("Terns' Shingle", 58_8722, -7_4129), feature("Blow Hole", 58_8704, -7_4402),
        feature("Tide Mill", 58_8688, -7_4215), feature("South Beacon", 58_8655, -7_4288),
    ]

    /// A place in ten-thousandths of a degree.
    static func point(_ latitude: Int32, _ longitude: Int32) -> Routeguide_Point {
        .init(latitude: latitude * 1000, longitude: longitude * 1000)
    }

    private static func feature(_ name: String, _ latitude: Int32, _ longitude: Int32) -> Routeguide_Feature {
        .init(name: name, location: point(latitude, longitude))
    }

    static func feature(at point: Routeguide_Point) -> Routeguide_Feature? { features.first { $0.location == point } }

    /// Metres between two points: close enough on an island, where the earth is flat.
    static func distance(_ a: Routeguide_Point, _ b: Routeguide_Point) -> Double {
        let metresPerUnit = 0.011132
        let shrink = cos(Double(a.latitude) / 1e7 * .pi / 180)
        return hypot(Double(a.latitude - b.latitude), Double(a.longitude - b.longitude) * shrink) * metresPerUnit
    }
}
