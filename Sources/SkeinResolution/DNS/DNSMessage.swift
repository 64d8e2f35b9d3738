// SPDX-License-Identifier: Apache-2.0

/// A message of a name server (RFC 1035 section 4), as far as it matters to a client.
struct DNSMessage: Sendable, Hashable {
    /// How it went: the header's code, with the upper bits that EDNS adds.
    struct Code: Sendable, Hashable, RawRepresentable {
        var rawValue: UInt16

        static let noError = Code(rawValue: 0)
        static let formatError = Code(rawValue: 1)
        static let serverFailure = Code(rawValue: 2)
        static let nameError = Code(rawValue: 3)
        static let notImplemented = Code(rawValue: 4)
        static let refused = Code(rawValue: 5)

        /// As name servers' people call it.
        var name: String {
            let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
            return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : "code \(rawValue)"
        }
    }

    /// More than anybody's answer has; a message has room for some thousands of the shortest.
    private static let maxRecords = 4096

    var id: UInt16
    var isResponse: Bool
    /// It did not fit: its records are left out here, and it has to be asked for by TCP.
    var isTruncated: Bool
    /// The server looks further when it does not know.
    var looksFurther: Bool
    var code: Code
    var questions: [DNSQuestion] = []
    var answers: [DNSRecord] = []
    var authorities: [DNSRecord] = []
    var additionals: [DNSRecord] = []

    init(parsing bytes: [UInt8]) throws(DNSMalformed) {
        var reader = DNSReader(bytes)
        id = try reader.uint16()
        let flags = try reader.uint16()
        isResponse = flags & 0x8000 != 0
        isTruncated = flags & 0x0200 != 0
        looksFurther = flags & 0x0080 != 0
        code = Code(rawValue: flags & 0x000f)
        let counts = try (0..<4).map { _ throws(DNSMalformed) in Int(try reader.uint16()) }
        guard counts.reduce(0, +) <= DNSMessage.maxRecords else {
            throw reader.error("at most \(DNSMessage.maxRecords) records")
        }
        for _ in 0..<counts[0] {
            let name = try reader.name()
            questions.append(DNSQuestion(name: name, type: DNSType(rawValue: try reader.uint16())))
            _ = try reader.uint16()
        }
        if isTruncated { return }
        answers = try DNSMessage.records(&reader, counts[1])
        authorities = try DNSMessage.records(&reader, counts[2])
        additionals = try DNSMessage.records(&reader, counts[3])
        if let options = additionals.first(where: { $0.type == .opt }) {
            code.rawValue |= UInt16(options.ttl >> 24) << 4
        }
    }

    private static func records(_ reader: inout DNSReader, _ count: Int) throws(DNSMalformed) -> [DNSRecord] {
        var records: [DNSRecord] = []
        for _ in 0..<count { records.append(try DNSRecord(reading: &reader)) }
        return records
    }

    /// A query. `usesExtensions`: says that answers by UDP may have 1232 bytes, which pass everywhere unfragmented;
    /// otherwise it is 512 (RFC 6891).
    static func query(_ question: DNSQuestion, id: UInt16, usesExtensions: Bool) -> [UInt8] {
        var bytes = [UInt8(id >> 8), UInt8(id & 0xff), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, usesExtensions ? 1 : 0]
        bytes += question.name.bytes + [UInt8(question.type.rawValue >> 8), UInt8(question.type.rawValue & 0xff), 0, 1]
        if usesExtensions { bytes += [0, 0, 41, UInt8(maxDatagram >> 8), UInt8(maxDatagram & 0xff), 0, 0, 0, 0, 0, 0] }
        return bytes
    }

    static let maxDatagram = 1232
}

extension DNSRecord {
    fileprivate init(reading reader: inout DNSReader) throws(DNSMalformed) {
        name = try reader.name()
        type = DNSType(rawValue: try reader.uint16())
        let isInternet = try reader.uint16() == 1
        let lifetime = try reader.uint32()
        // RFC 2181 section 8: the highest bit is to be taken for none. The options' "TTL" is something else.
        ttl = type == .opt || lifetime < 0x8000_0000 ? lifetime : 0
        let length = Int(try reader.uint16())
        let end = reader.position + length
        value = isInternet ? try DNSRecord.value(type, length, &reader) : .other
        guard reader.position <= end else { throw reader.error("a record that ends at byte \(end)") }
        _ = try reader.take(end - reader.position)
    }

    private static func value(
        _ type: DNSType, _ length: Int, _ reader: inout DNSReader
    ) throws(DNSMalformed) -> Value {
        switch type {
        case .a, .aaaa:
            guard length == (type == .a ? 4 : 16), let number = IPNumber(bytes: try reader.take(length)) else {
                throw reader.error("an address of \(type == .a ? 4 : 16) bytes")
            }
            return .address(number)
        case .cname: return .alias(try reader.name())
        case .srv:
            let (priority, weight, port) = (try reader.uint16(), try reader.uint16(), try reader.uint16())
            return .service(Service(priority: priority, weight: weight, port: port, target: try reader.name()))
        case .txt:
            var strings = DNSReader(try reader.take(length))
            var text: [UInt8] = []
            while !strings.isAtEnd { text += try strings.take(Int(try strings.take(1)[0])) }
            return .text(text)
        case .soa:
            _ = try (reader.name(), reader.name(), reader.take(16))
            return .authority(negative: try reader.uint32())
        default: return .other
        }
    }
}
