// SPDX-License-Identifier: Apache-2.0
internal import BenchMessages
internal import Skein

/// The three messages that are measured.
enum Samples {
    static let small = Skein_Testing_Benchmark_Tick(symbol: "skein.test", sequence: 86_400, last: true)

    static var medium: Skein_Testing_Benchmark_Shipment {
        .with {
            $0.id = "9f1c6c1e-77a5-4d7b-8c5e-2f6a1f0b7d11"
            $0.title = "Two crates of glassware, this side up"
            $0.placedAt = 1_795_000_000_000
            $0.weight = 31.75
            $0.insured = true
            $0.priority = .urgent
            $0.origin = stop(0)
            $0.stops = (1...3).map(stop)
            $0.tags = ["fragile", "glass", "return-to-sender", "cold chain"]
            $0.labels = ["customer": "4711", "cost-centre": "north-east", "colour": "blue", "lane": "express"]
            $0.receiver = .person("Ada Lovelace")
            $0.floor = 3
            $0.note = "ring twice"
            $0.signature = (0..<32).map { UInt8($0 * 7) }
            $0.quantities = [1, 12, 144, 1_728, 20_736]
        }
    }

    static var large: Skein_Testing_Benchmark_Series {
        .with {
            $0.readings = (0..<1_000).map { index in
                .with {
                    $0.id = Int64(index) << 20
                    $0.sensor = "sensor-\(index % 50)/temperature/indoor"
                    $0.value = Double(index) * 0.25
                    $0.remark = "reading number \(index), taken by the night shift"
                    $0.valid = index % 2 == 0
                }
            }
            $0.gaps = (0..<4_000).map { Int64($0 * $0) }
            $0.raw = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
        }
    }

    private static func stop(_ index: Int) -> Skein_Testing_Benchmark_Stop {
        .with {
            $0.street = "\(index + 1) Long Harbour Street"
            $0.town = "Port \(index)"
            $0.gate = Int32(index)
            $0.position = .init(latitude: 51.5 + Double(index), longitude: -0.125)
        }
    }
}
