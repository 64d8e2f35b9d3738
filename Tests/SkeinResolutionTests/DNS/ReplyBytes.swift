// SPDX-License-Identifier: Apache-2.0
@testable internal import SkeinResolution

/// Builds what name servers answer, byte by byte.
enum ReplyBytes {
    /// An answer to `query`: its id and question, `flags`, and the records.
    static func reply(
        to query: [UInt8], flags: UInt16 = 0x8180, _ answers: [[UInt8]] = [], authorities: [[UInt8]] = [],
        extras: [[UInt8]] = []
    ) -> [UInt8] {
        var bytes = Array(query.prefix(2)) + big(flags) + [0, 1]
        for section in [answers, authorities, extras] { bytes += big(UInt16(section.count)) }
        return bytes + question(of: query) + (answers + authorities + extras).flatMap { $0 }
    }

    private static func question(of query: [UInt8]) -> [UInt8] {
        let end = (query.dropFirst(12).firstIndex(of: 0) ?? query.count - 5) + 5
        return Array(query[12..<end])
    }

    static func record(_ name: String, _ type: DNSType, ttl: UInt32 = 60, _ data: [UInt8]) -> [UInt8] {
        (DNSName(name)?.bytes ?? [0]) + big(type.rawValue) + [0, 1] + big(UInt16(ttl >> 16))
            + big(UInt16(ttl & 0xffff)) + big(UInt16(data.count)) + data
    }

    static func address(_ name: String, _ number: String, ttl: UInt32 = 60) -> [UInt8] {
        let bytes = IPNumber(number)?.bytes ?? []
        return record(name, bytes.count == 4 ? .a : .aaaa, ttl: ttl, bytes)
    }

    static func alias(_ name: String, _ target: String, ttl: UInt32 = 60) -> [UInt8] {
        record(name, .cname, ttl: ttl, DNSName(target)?.bytes ?? [0])
    }

    static func service(_ name: String, _ numbers: (UInt16, UInt16, UInt16), _ target: String) -> [UInt8] {
        let data = big(numbers.0) + big(numbers.1) + big(numbers.2)
        return record(name, .srv, data + (target == "." ? [0] : DNSName(target)?.bytes ?? [0]))
    }

    static func text(_ name: String, _ strings: [String]) -> [UInt8] {
        record(name, .txt, strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) })
    }

    static func authority(_ name: String, ttl: UInt32, minimum: UInt32) -> [UInt8] {
        let numbers: [UInt32] = [1, 2, 3, 4, minimum]
        let tail = numbers.flatMap { big(UInt16($0 >> 16)) + big(UInt16($0 & 0xffff)) }
        return record(name, .soa, ttl: ttl, [1, 0x6e, 0, 1, 0x68, 0] + tail)
    }

    static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }
}
