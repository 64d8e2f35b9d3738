// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The two formats of an endpoint file. Both are refused as a whole when any part is wrong, and when they list nothing:
/// an empty file is more likely half written than meant.
///
/// JSON: `{"endpoints": [{"address": "10.0.0.7:443", "weight": 2}, "10.0.0.8:443"]}` or the array alone. An endpoint
/// may have `addresses` instead, and `priority`, `locality` and `hashKey`. Text: one `address [weight=2] [priority=1]`
/// a line; `#` starts a comment.
enum EndpointFile {
    /// The endpoints listed in `bytes`. Errors start with the place: `line 3, column 7: ...`.
    static func parse(_ bytes: [UInt8]) throws(ConfigurationError) -> [Endpoint] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("expected UTF-8 text")
        }
        let listed = isJSON(bytes) ? try json(text) : try lines(text)
        guard !listed.isEmpty else { throw ConfigurationError("expected at least one endpoint") }
        try rejectDuplicates(in: listed)
        return listed.map(\.endpoint)
    }

    private struct Listed {
        var endpoint: Endpoint
        var position: JSONValue.Position?
    }

    /// `{` and `[` start JSON, unless the `[` starts an IPv6 address.
    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        let text = bytes.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
        guard text.first == UInt8(ascii: "[") else { return text.first == UInt8(ascii: "{") }
        let inside = text.dropFirst().first ?? UInt8(ascii: "]")
        return inside != UInt8(ascii: ":") && !Character(Unicode.Scalar(inside)).isHexDigit
    }

    private static func rejectDuplicates(in listed: [Listed]) throws(ConfigurationError) {
        var places: [Endpoint.Identity: JSONValue.Position?] = [:]
        for entry in listed {
            let identity = entry.endpoint.identity
            if let first = places.updateValue(entry.position, forKey: identity) {
                let earlier = first.map { " (first in line \($0.line))" } ?? ""
                throw problem(entry.position, "\(identity) is listed again\(earlier): expected each endpoint once")
            }
        }
    }

    private static func problem(_ position: JSONValue.Position?, _ message: String) -> ConfigurationError {
        ConfigurationError(position.map { "\($0): \(message)" } ?? message)
    }

    private static func address(
        _ text: String, at position: JSONValue.Position?
    ) throws(ConfigurationError) -> EndpointAddress {
        if let address = EndpointAddress(text), address.port != 0 { return address }
        let expected = "an IP address and port such as 10.0.0.7:443 or [::1]:443, or unix:/path"
        let note = isHostName(text) ? "; host names are not looked up in endpoint files" : ""
        throw problem(position, "address is \(JSONValue.quoted(text)): expected \(expected)\(note)")
    }

    private static func isHostName(_ text: String) -> Bool {
        guard let host = try? HostPort(text, defaultPort: 443) else { return false }
        return host.address == nil && host.host.contains(where: \.isLetter)
    }
}

// MARK: JSON

extension EndpointFile {
    private static func json(_ text: String) throws(ConfigurationError) -> [Listed] {
        let root = try JSONValue(parsing: text)
        let values: [JSONValue]
        if case .array(let all) = root.content {
            values = all
        } else {
            var fields = try ConfigFields(root)
            values = try fields.array("endpoints")
            try fields.rejectUnread()
        }
        var listed: [Listed] = []
        for (index, value) in values.enumerated() {
            let endpoint =
                if case .string(let text) = value.content {
                    Endpoint(try address(text, at: value.position))
                } else {
                    try endpoint(value, path: "endpoints[\(index)]")
                }
            listed.append(Listed(endpoint: endpoint, position: value.position))
        }
        return listed
    }

    private static func endpoint(_ value: JSONValue, path: String) throws(ConfigurationError) -> Endpoint {
        var fields = try ConfigFields(value, path: path)
        var addresses: [EndpointAddress] = []
        if let one = fields.value("address") {
            addresses = [try address(try fields.string("address", default: ""), at: one.position)]
        }
        for (value, text) in zip(try fields.array("addresses"), try fields.strings("addresses")) {
            addresses.append(try address(text, at: value.position))
        }
        var endpoint = Endpoint(addresses: addresses)
        endpoint.weight = UInt32(try fields.int("weight", default: 1, in: 1...Int(UInt32.max)))
        endpoint.priority = UInt8(try fields.int("priority", default: 0, in: 0...255))
        if fields.contains("hashKey") { endpoint.hashKey = try fields.string("hashKey", default: "") }
        if var place = try fields.object("locality") {
            endpoint.locality = Locality(
                region: try place.string("region", default: ""), zone: try place.string("zone", default: ""),
                subZone: try place.string("subZone", default: ""))
            try place.rejectUnread()
        }
        try fields.rejectUnread()
        guard !addresses.isEmpty else { throw fields.problem("expected an address") }
        return endpoint
    }
}

// MARK: text

extension EndpointFile {
    private static func lines(_ text: String) throws(ConfigurationError) -> [Listed] {
        var listed: [Listed] = []
        // A CR LF pair is one Character, and a newline.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split(whereSeparator: \.isWhitespace)
            guard let first = words.first else { continue }
            var endpoint = Endpoint(try address(String(first), at: position(first, in: line, index)))
            for word in words.dropFirst() { try setOption(word, &endpoint, position(word, in: line, index)) }
            listed.append(Listed(endpoint: endpoint, position: position(first, in: line, index)))
        }
        return listed
    }

    private static func position(_ word: Substring, in line: Substring, _ index: Int) -> JSONValue.Position {
        let before = line.unicodeScalars.distance(from: line.startIndex, to: word.startIndex)
        return JSONValue.Position(line: index + 1, column: before + 1)
    }

    private static func setOption(
        _ word: Substring, _ endpoint: inout Endpoint, _ position: JSONValue.Position
    ) throws(ConfigurationError) {
        let name = word.prefix { $0 != "=" }
        let value = word.dropFirst(name.count + 1)
        switch name {
        case "weight":
            guard let weight = UInt32(value), weight > 0 else {
                throw problem(position, "weight is \(JSONValue.quoted(String(value))): expected a whole number from 1")
            }
            endpoint.weight = weight
        case "priority":
            guard let priority = UInt8(value) else {
                throw problem(
                    position, "priority is \(JSONValue.quoted(String(value))): expected a whole number from 0 to 255")
            }
            endpoint.priority = priority
        default:
            let hint = Spelling.hint(for: String(name), in: ["weight", "priority"])
            let found = JSONValue.quoted(String(word))
            throw problem(position, "\(found) is unknown\(hint): expected weight=N or priority=N")
        }
    }
}
