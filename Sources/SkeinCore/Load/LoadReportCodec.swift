// SPDX-License-Identifier: Apache-2.0

/// A load report as `xds.data.orca.v3.OrcaLoadReport`, the message that travels in trailers and on streams.
///
/// Written by hand: it goes with single answers, from a layer below the one that has messages.
package enum LoadReportCodec {
    /// The trailer that carries it (gRFC A51).
    package static let trailer = "endpoint-load-metrics-bin"

    // MARK: to bytes

    package static func encode(_ report: LoadReport) -> [UInt8] {
        var bytes: [UInt8] = []
        WireFields.append(1, report.cpuUtilization, to: &bytes)
        WireFields.append(2, report.memoryUtilization, to: &bytes)
        append(4, report.requestCost, to: &bytes)
        append(5, report.utilization, to: &bytes)
        WireFields.append(6, report.requestsPerSecond, to: &bytes)
        WireFields.append(7, report.errorsPerSecond, to: &bytes)
        append(8, report.named, to: &bytes)
        WireFields.append(9, report.applicationUtilization, to: &bytes)
        return bytes
    }

    private static func append(_ field: UInt8, _ map: [String: Double], to bytes: inout [UInt8]) {
        for (name, value) in map.sorted(by: { $0.key < $1.key }) {
            var entry: [UInt8] = []
            WireFields.append(1, Array(name.utf8), to: &entry)
            WireFields.append(2, value, to: &entry)
            WireFields.append(field, entry, to: &bytes)
        }
    }

    // MARK: from bytes

    /// `nil` for what is no such message. A number that is not finite, or negative, is left out: nobody could use it.
    package static func decode(_ bytes: some Collection<UInt8>) -> LoadReport? {
        var report = LoadReport()
        var reader = WireFields(bytes)
        while let (field, value) = reader.next() {
            switch (field, value) {
            case (1, .double(let value)): report.cpuUtilization = usable(value)
            case (2, .double(let value)): report.memoryUtilization = usable(value)
            case (3, .varint(let value)): report.requestsPerSecond = max(report.requestsPerSecond, Double(value))
            case (4, .bytes(let entry)): guard add(entry, to: &report.requestCost) else { return nil }
            case (5, .bytes(let entry)): guard add(entry, to: &report.utilization) else { return nil }
            case (6, .double(let value)): report.requestsPerSecond = usable(value)
            case (7, .double(let value)): report.errorsPerSecond = usable(value)
            case (8, .bytes(let entry)): guard add(entry, to: &report.named) else { return nil }
            case (9, .double(let value)): report.applicationUtilization = usable(value)
            default: break
            }
        }
        return reader.isAtEnd ? report : nil
    }

    private static func usable(_ value: Double) -> Double { value.isFinite && value > 0 ? value : 0 }

    /// Whether `entry` is one.
    private static func add(_ entry: ArraySlice<UInt8>, to map: inout [String: Double]) -> Bool {
        var reader = WireFields(entry)
        var (name, number) = ("", 0.0)
        while let (field, value) = reader.next() {
            switch (field, value) {
            case (1, .bytes(let bytes)):
                guard let text = String(validating: bytes, as: UTF8.self) else { return false }
                name = text
            case (2, .double(let value)): number = value
            default: break
            }
        }
        if number.isFinite { map[name] = number }
        return reader.isAtEnd
    }
}
