// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a target says about its `.proto` files: `skein-protos.json` in its folder, which may be left out.
///
///     {
///         "include": ["."],
///         "protos": ["orders/orders.proto"],
///         "options": { "visibility": "internal", "server": false },
///         "output": "Generated"
///     }
struct ProtoConfiguration: Equatable {
    static let fileName = "skein-protos.json"
    private static let fields = "valid are include, protos, options, output"

    /// The folders in which imports are looked up, relative to the target's folder.
    var include = ["."]
    /// The files to generate from, named as imports name them. `nil` means all files in those of the folders that lie
    /// inside of the target's.
    var protos: [String]?
    /// What the generator is told: `name=value`, sorted.
    var options: [String] = []
    /// Where the command plugin writes to, relative to the target's folder.
    var output = "Generated"

    init() {}

    /// Throws an error that names `path` and the field.
    init(_ json: Data, path: String) throws {
        do {
            for (name, value) in try ProtoConfiguration.fields(of: json) {
                switch name {
                case "include": include = try value.strings(name)
                case "protos": protos = try value.strings(name)
                case "options": options = try value.options(name)
                case "output": output = try value.string(name)
                default: throw ProtoError("\(name): unknown field; \(ProtoConfiguration.fields)")
                }
            }
            if let wrong = protos?.first(where: { !$0.hasSuffix(".proto") }) {
                throw ProtoError("protos: \"\(wrong)\" does not end in .proto")
            }
        } catch let error as ProtoError {
            throw ProtoError(error.message, in: path)
        }
    }

    private static func fields(of json: Data) throws -> [(key: String, value: JSONValue)] {
        do {
            // It knows where it stopped, unlike the decoder.
            _ = try JSONSerialization.jsonObject(with: json)
        } catch {
            let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey]
            throw ProtoError("read JSON: \(reason ?? error.localizedDescription)")
        }
        if case .object(let fields) = try JSONDecoder().decode(JSONValue.self, from: json) {
            return fields.sorted { $0.key < $1.key }
        }
        throw ProtoError("expected a JSON object; \(ProtoConfiguration.fields)")
    }
}

extension JSONValue {
    fileprivate func string(_ field: String) throws -> String {
        if case .string(let text) = self, !text.isEmpty { return text }
        throw ProtoError("\(field): expected a string that is not empty, found \(kind)")
    }

    fileprivate func strings(_ field: String) throws -> [String] {
        guard case .array(let values) = self, !values.isEmpty else {
            throw ProtoError("\(field): expected an array of strings that is not empty, found \(kind)")
        }
        return try values.enumerated().map { index, value in try value.string("\(field)[\(index)]") }
    }

    fileprivate func options(_ field: String) throws -> [String] {
        guard case .object(let options) = self else {
            throw ProtoError("\(field): expected an object such as {\"visibility\": \"internal\"}, found \(kind)")
        }
        return try options.sorted { $0.key < $1.key }.map { name, value in
            if name == "paths" { throw ProtoError("\(field).paths: is set by the plugin; remove it") }
            switch value {
            case .string(let text): return "\(name)=\(text)"
            case .bool(let flag): return "\(name)=\(flag)"
            default: throw ProtoError("\(field).\(name): expected a string, true or false, found \(value.kind)")
            }
        }
    }
}
