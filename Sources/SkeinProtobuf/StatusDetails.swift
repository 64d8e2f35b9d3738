// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The rich error model: messages that explain an error, in the trailer `grpc-status-details-bin` as a serialised
/// `google.rpc.Status`.
extension RPCError {
    private static var detailsName: String { "grpc-status-details-bin" }

    /// An error with messages that explain it, for instance those of `google/rpc/error_details.proto`.
    public init(
        _ code: StatusCode, _ message: String, details: [any ProtobufMessage], metadata: Metadata = [:],
        cause: (any Error)? = nil
    ) {
        self.init(code, message, metadata: metadata, cause: cause)
        let packed = details.compactMap { detail in
            let name = type(of: detail).protobufName
            return (try? detail.serialized()).map {
                Google_Protobuf_Any(typeURL: "type.googleapis.com/\(name)", value: $0)
            }
        }
        let status = Google_Rpc_Status(code: Int32(code.rawValue), message: message, details: packed)
        self.metadata[binary: RPCError.detailsName] = try? status.serialized()
    }

    /// What the other side, or the initialiser, put into `grpc-status-details-bin`; `nil` when that is absent or broken.
    public var statusDetails: Google_Rpc_Status? {
        metadata[binary: RPCError.detailsName].flatMap { try? Google_Rpc_Status(serialized: $0) }
    }

    /// The first detail of the given type; `nil` when there is none.
    public func detail<Message: ProtobufMessage>(_ type: Message.Type) -> Message? {
        let packed = statusDetails?.details.first { detail in
            let name = detail.typeURL.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed()
            return name.elementsEqual(type.protobufName.utf8)
        }
        return packed.flatMap { try? Message(serialized: $0.value) }
    }
}
