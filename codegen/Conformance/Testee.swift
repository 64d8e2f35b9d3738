// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf

/// What the conformance runner tests: reads a message in one form and writes it in another.
enum Testee {
    typealias Request = Conformance_ConformanceRequest
    typealias Response = Conformance_ConformanceResponse

    /// The messages that a runner may name.
    static let messages: [any ProtobufMessage.Type] = [
        ProtobufTestMessages_Proto3_TestAllTypesProto3.self, ProtobufTestMessages_Proto2_TestAllTypesProto2.self,
        Conformance_FailureSet.self,
    ]

    /// The same, for what an Any holds.
    private static let types = ProtobufTypes(messages)

    static func answer(_ request: Request) -> Response {
        guard let type = messages.first(where: { $0.protobufName == request.messageType }) else {
            return Response(result: .skipped("message type \(request.messageType)"))
        }
        return answer(request, type)
    }

    private static func answer<Message: ProtobufMessage>(_ request: Request, _ type: Message.Type) -> Response {
        let message: Message
        do {
            switch request.payload {
            case .protobufPayload(let bytes): message = try Message(serialized: bytes)
            case .jsonPayload(let text):
                let ignored = request.testCategory == .jsonIgnoreUnknownParsingTest
                message = try Message(json: text, .init(ignoreUnknownFields: ignored, types: types))
            case .textPayload: return Response(result: .skipped("text input"))
            case .jspbPayload: return Response(result: .skipped("JSPB input"))
            case nil: return Response(result: .skipped("payload of an unknown kind"))
            }
        } catch {
            return Response(result: .parseError(error.message))
        }
        return write(message, as: request.requestedOutputFormat)
    }

    private static func write(_ message: some ProtobufMessage, as format: Conformance_WireFormat) -> Response {
        do {
            switch format {
            case .protobuf: return Response(result: .protobufPayload(try message.serialized()))
            case .json: return Response(result: .jsonPayload(try message.jsonString(.init(types: types))))
            default: return Response(result: .skipped("output as \(format)"))
            }
        } catch {
            return Response(result: .serializeError(error.message))
        }
    }
}
