// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinCore

@Suite("load reports as bytes")
struct LoadReportCodecTests {
    private var full: LoadReport {
        var report = LoadReport(applicationUtilization: 0.5, cpuUtilization: 0.25, named: ["a": 1, "": -2])
        report.memoryUtilization = 0.75
        report.requestsPerSecond = 1234.5
        report.errorsPerSecond = 0.125
        report.utilization = ["disk": 0.9]
        report.requestCost = [String(repeating: "k", count: 300): 7]
        return report
    }

    @Test("what is written is read back")
    func roundTrip() {
        #expect(LoadReportCodec.decode(LoadReportCodec.encode(full)) == full)
        #expect(LoadReportCodec.encode(LoadReport()).isEmpty)
        #expect(LoadReportCodec.decode([]) == LoadReport())
    }

    @Test("numbers that nobody could use are left out, unknown fields too, and the older rate counts")
    func leniency() {
        var report = LoadReport()
        for value in [Double.nan, .infinity, -1] {
            report.cpuUtilization = value
            report.named = ["x": value]
            let back = LoadReportCodec.decode(LoadReportCodec.encode(report))
            #expect(back?.cpuUtilization == 0)
            #expect(back?.named == (value == -1 ? ["x": -1] : [:]))
        }
        // Field 3 is the whole rate, 15 a varint, 16 four bytes.
        let bytes: [UInt8] = [0x18, 0x96, 0x01, 0x78, 0x01, 0x85, 0x01, 1, 2, 3, 4]
        #expect(LoadReportCodec.decode(bytes)?.requestsPerSecond == 150)
    }

    @Test("what is no message is nothing, at every length and with any byte changed")
    func damage() {
        let bytes = LoadReportCodec.encode(full)
        #expect(bytes.indices.contains { LoadReportCodec.decode(bytes[..<$0]) == nil })
        var random = SplitMix64(seed: 8)
        for _ in 0..<5_000 {
            var damaged = bytes
            damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            if let report = LoadReportCodec.decode(damaged.prefix(Int(random.next() % UInt64(bytes.count)))) {
                #expect(report.cpuUtilization >= 0 && report.cpuUtilization.isFinite)
            }
        }
        for wrong: [UInt8] in [
            [0x09], [0x09, 1, 2], [0x42, 5, 1], [0x42, 2, 0x0a, 9], [0x07], [0, 0], [0xff, 0xff],
        ] {
            #expect(LoadReportCodec.decode(wrong) == nil)
        }
    }

    @Test("one report fills the gaps of another")
    func filling() {
        var own = LoadReport(applicationUtilization: 0.9, named: ["a": 5])
        own.requestCost = ["rows": 3]
        let both = own.filled(from: full)
        #expect(both.applicationUtilization == 0.9)
        #expect(both.cpuUtilization == 0.25)
        #expect(both.requestsPerSecond == 1234.5)
        #expect(both.named == ["a": 5, "": -2])
        #expect(both.requestCost.count == 2)
    }
}
