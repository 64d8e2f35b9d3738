// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// One request to a registry's HTTP interface.
struct RegistryRequest: Sendable, Hashable {
    var method: String
    /// Its parts are percent-encoded.
    private(set) var path: String
    private var query = ""
    var headers: [String: String] = [:]
    var body: JSONValue?

    /// A request for `base` followed by `parts`, each of which may hold any characters.
    init(_ method: String, _ base: String, _ parts: [String] = [], body: JSONValue? = nil) {
        self.method = method
        self.body = body
        path = base
        for part in parts { path += "/" + RegistryRequest.encoded(part) }
    }

    /// Adds a parameter; without a value only its name.
    mutating func add(_ name: String, _ value: String? = nil) {
        query += (query.isEmpty ? "?" : "&") + RegistryRequest.encoded(name)
        if let value { query += "=" + RegistryRequest.encoded(value) }
    }

    /// The path and its parameters.
    var target: String { path + query }

    /// For errors: `GET /v1/health/service/greeter`. Without the parameters, which only repeat the target's.
    var label: String { "\(method) \(path)" }

    /// `text` with everything but letters, digits and `-._~` percent-encoded (RFC 3986 section 2.3).
    static func encoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                output += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return output
    }
}
