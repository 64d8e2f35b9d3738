// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import Testing

extension ProtobufMessage {
    /// The message that `json` spells, or the error's message.
    static func parsed(_ json: String, _ options: ProtobufJSONDecodingOptions = .init()) -> Result<Self, RPCError> {
        Result { () throws(RPCError) in try Self(json: json, options) }
    }
}

/// Expects that `json` is refused with an error that contains each of `parts`.
func expectRefusal<Message: ProtobufMessage>(
    _ json: String, as type: Message.Type, _ parts: [String], _ options: ProtobufJSONDecodingOptions = .init(),
    sourceLocation: SourceLocation = #_sourceLocation
) {
    switch Message.parsed(json, options) {
    case .success(let message):
        Issue.record("\(json) was read as \(message.debugDescription)", sourceLocation: sourceLocation)
    case .failure(let error):
        #expect(error.code == .invalidArgument, sourceLocation: sourceLocation)
        for part in ["read \(Message.protobufName) from JSON: "] + parts {
            #expect(error.message.contains(part), "\(error.message)", sourceLocation: sourceLocation)
        }
    }
}

/// A JSON text in which the member `name` has the value `value`.
func object(_ name: String, _ value: String) -> String { "{\"\(name)\":\(value)}" }
