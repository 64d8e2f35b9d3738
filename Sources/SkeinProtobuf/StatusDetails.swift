// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The rich error model: messages that explain an error, in the trailer `grpc-status-details-bin` as a serialised
/// `google.rpc.Status`.
///
/// Code and message of an error are those of `grpc-status` and `grpc-message`. What the trailer says of them is only
/// seen in `statusDetails`.
extension RPCError {
    private static var detailsName: String { "grpc-status-details-bin" }

    /// An error with messages that explain it, for instance those of `google/rpc/error_details.proto`. A detail that is
    /// packed already, as a `Google_Protobuf_Any`, is taken as it is.
    ///
    /// No error is lost for the sake of a detail: one that cannot be encoded is replaced by a `google.rpc.DebugInfo`
    /// that tells why. Details are for a few hundred bytes: many peers refuse trailers of more than 8 KiB.
    public init(
        _ code: StatusCode, _ message: String, details: [any ProtobufMessage], metadata: Metadata = [:],
        cause: (any Error)? = nil
    ) {
        self.init(code, message, metadata: metadata, cause: cause)
        attach(Google_Rpc_Status(details: details.map(RPCError.pack)))
    }

    /// What the other side, or the initialiser, put into `grpc-status-details-bin`; `nil` when that is absent or broken.
    public var statusDetails: Google_Rpc_Status? {
        metadata[binary: RPCError.detailsName].flatMap { try? Google_Rpc_Status(serialized: $0) }
    }

    /// The messages that explain the error, packed: `unpack(as:)` opens one, `messageName` tells which.
    public var details: [Google_Protobuf_Any] { statusDetails?.details ?? [] }

    /// The first detail of the given type; `nil` when there is none, or it is broken.
    public func detail<Message: ProtobufMessage>(_ type: Message.Type) -> Message? {
        details.first { $0.isA(type) }.flatMap { try? $0.unpack() }
    }

    /// Puts `status` into the trailer, with the error's own code and message: receivers refuse one that differs.
    mutating func attach(_ status: Google_Rpc_Status) {
        var status = status
        status.code = Int32(code.rawValue)
        status.message = message
        metadata[binary: RPCError.detailsName] = try? status.serialized()
    }

    private static func pack(_ detail: any ProtobufMessage) -> Google_Protobuf_Any {
        if let packed = detail as? Google_Protobuf_Any { return packed }
        do {
            return try Google_Protobuf_Any(packing: detail)
        } catch {
            let reason = Google_Rpc_DebugInfo(detail: "leave a detail out: \(error.message)")
            return (try? Google_Protobuf_Any(packing: reason)) ?? Google_Protobuf_Any()
        }
    }
}
