// SPDX-License-Identifier: Apache-2.0
internal import Testing

@testable internal import SkeinResolution

@Suite("In which order addresses are used (RFC 6724)", .timeLimit(.minutes(2)))
struct AddressOrderTests {
    /// The examples of section 10.2, and what machines without one of the families see.
    @Test(
        "the RFC's examples",
        arguments: [
            (["2001:db8:1::1<2001:db8:1::2", "198.51.100.121<169.254.13.78"], "2001:db8:1::1 198.51.100.121"),
            (["2001:db8:1::1<fe80::1", "198.51.100.121<198.51.100.117"], "198.51.100.121 2001:db8:1::1"),
            (["2001:db8:1::1<2001:db8:1::2", "10.1.2.3<10.1.2.4"], "2001:db8:1::1 10.1.2.3"),
            (["2001:db8:1::1<2001:db8:1::2", "fe80::1<fe80::2"], "fe80::1 2001:db8:1::1"),
            (["2001:db8:1::1<2001:db8:1::2", "2001:db8:3ffe::1<2001:db8:3f44::2"], "2001:db8:1::1 2001:db8:3ffe::1"),
            (
                ["2002:c633:6401::1<2002:c633:6401::2", "2001:db8:1::1<2002:c633:6401::2"],
                "2002:c633:6401::1 2001:db8:1::1"
            ),
            (["::1<::1", "127.0.0.1<127.0.0.1"], "::1 127.0.0.1"),
            (["2001:db8::1", "10.0.0.1<10.0.0.2"], "10.0.0.1 2001:db8::1"),
            (["fc00::1<fc00::2", "10.0.0.1<10.0.0.2"], "10.0.0.1 fc00::1"),
            (["10.0.0.9<10.0.0.1", "10.0.0.8<10.0.0.1"], "10.0.0.9 10.0.0.8"),
            (["10.0.0.9", "2001:db8::1"], "10.0.0.9 2001:db8::1"),
        ])
    func examples(candidates: [String], order: String) {
        let sorted = AddressOrder.sorted(
            candidates.map { text in
                let parts = text.split(separator: "<")
                return AddressOrder.Candidate(
                    number: IPNumber(parts[0])!, source: parts.count > 1 ? IPNumber(parts[1]) : nil)
            })
        #expect(sorted.map(\.text).joined(separator: " ") == order)
    }

    @Test("IPv4 addresses alone stay as they came")
    func alone() async {
        let numbers = ["10.9.9.9", "127.0.0.1", "10.0.0.1"].compactMap { IPNumber($0) }
        #expect(await AddressOrder.sorted(numbers) == numbers)
    }
}
