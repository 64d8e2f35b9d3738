// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
internal import SwiftProtobuf

/// swift-protobuf's errors as those of a call.
@usableFromInline
enum CodecFailure {
    @usableFromInline
    static func encoding(_ name: String, isComplete: Bool, because error: any Error) -> RPCError {
        let what =
            switch error as? BinaryEncodingError {
            // swift-protobuf has no other word for what is too large.
            case .missingRequiredFields where isComplete: "more than the 2 GiB that a message may have"
            case .missingRequiredFields: "a required field has no value"
            case .anyTranscodeFailure, nil: "\(error)"
            }
        return RPCError(.internal, "encode \(name): \(what)")
    }

    @usableFromInline
    static func decoding(_ name: String, because error: any Error) -> RPCError {
        let what =
            switch error as? BinaryDecodingError {
            case .trailingGarbage: "bytes follow the end of the message"
            case .truncated: "truncated"
            case .invalidUTF8: "invalid UTF-8 in a string"
            case .malformedProtobuf: "malformed"
            case .missingRequiredFields: "a required field has no value"
            case .messageDepthLimit:
                "messages are nested deeper than \(BinaryDecodingOptions().messageDepthLimit) levels"
            case .internalExtensionError, nil: "\(error)"
            }
        return RPCError(.internal, "decode \(name): \(what)")
    }
}
