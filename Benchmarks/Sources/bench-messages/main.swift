// SPDX-License-Identifier: Apache-2.0

// Prints nanoseconds and allocations for encoding and decoding messages of three sizes, beside apple/swift-protobuf.
// Both read and write the same bytes; their rounds alternate, and the median of the rounds counts.

internal import BenchMessages
internal import BenchMessagesPeer
internal import Skein
internal import SwiftProtobuf

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

struct Row {
    let name: String
    var ours: Measurement
    var theirs: Measurement
}

func rows<Ours: ProtobufMessage, Theirs: SwiftProtobuf.Message>(
    _ name: String, _ message: Ours, _ peer: Theirs.Type
) throws -> [Row] {
    let bytes = try message.serialized()
    let other = try Theirs(serializedBytes: bytes)
    let sameAgain = try Ours(serialized: other.serializedBytes() as [UInt8])
    guard sameAgain == message else { fatalError("\(name): swift-protobuf reads another message") }
    return [
        Row(
            name: "\(name), \(bytes.count) B: encode",
            ours: Measurement { consume(try? message.serialized()) },
            theirs: Measurement { consume(try? other.serializedBytes() as [UInt8]) }),
        Row(
            name: "\(name), \(bytes.count) B: decode",
            ours: Measurement { consume(try? Ours(serialized: bytes)) },
            theirs: Measurement { consume(try? Theirs(serializedBytes: bytes)) }),
    ]
}

func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
}

func rounded(_ number: Double?, digits: Int = 0) -> String {
    guard let number else { return "-" }
    let scale = pow(10, Double(digits))
    let value = (number * scale).rounded() / scale
    return digits == 0 ? "\(Int(value))" : "\(value)"
}

typealias Peer = BenchMessagesPeer.Skein_Testing_Benchmark_Tick

var all =
    try rows("small", Samples.small, BenchMessagesPeer.Skein_Testing_Benchmark_Tick.self)
    + rows("medium", Samples.medium, BenchMessagesPeer.Skein_Testing_Benchmark_Shipment.self)
    + rows("large", Samples.large, BenchMessagesPeer.Skein_Testing_Benchmark_Series.self)

for index in all.indices {
    all[index].ours.warmUp()
    all[index].theirs.warmUp()
}
for _ in 0..<Measurement.rounds {
    for index in all.indices {
        all[index].ours.round()
        all[index].theirs.round()
    }
}

print(
    "message".padding(28) + padded("Skein ns", 12) + padded("mallocs", 9) + padded("swift-protobuf ns", 19)
        + padded("mallocs", 9) + padded("times as fast", 15))
for row in all {
    print(
        row.name.padding(28) + padded(rounded(row.ours.median), 12) + padded(rounded(row.ours.allocations), 9)
            + padded(rounded(row.theirs.median), 19) + padded(rounded(row.theirs.allocations), 9)
            + padded(rounded(row.theirs.median / row.ours.median, digits: 2), 15))
}

extension String {
    func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
