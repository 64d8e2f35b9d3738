// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinProtobuf

@Suite(.timeLimit(.minutes(2)))
struct JSONNumberTests {
    @Test(
        "a number that is an integer is known exactly",
        arguments: [
            ("0", 0), ("-0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil), ("1.50e1", 15),
            ("1.5e0", nil), ("1234.5600e2", 123_456), ("0.00000000000000000000001e23", 1),
            ("1e19", 10_000_000_000_000_000_000),
            ("1e20", nil), ("2e19", nil), ("0e99999999999999999999", 0), ("0.000e-5", 0),
            ("1e-99999999999999999999", nil),
            ("100000000000000000000e-1", 10_000_000_000_000_000_000), ("10000000000000000000000e-21", 10),
        ] as [(String, UInt64?)])
    func magnitudes(text: String, magnitude: UInt64?) {
        #expect(JSONNumber(Array(text.utf8)[...])?.magnitude == magnitude)
    }

    @Test(
        "a width takes what fits",
        arguments: [
            ("-9223372036854775808", Int64.min), ("-9223372036854775809", nil), ("9223372036854775808", nil),
            ("-1", -1),
        ])
    func widths(text: String, value: Int64?) {
        #expect(JSONNumber(Array(text.utf8)[...])?.exactly(Int64.self) == value)
    }
}
