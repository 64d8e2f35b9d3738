// SPDX-License-Identifier: Apache-2.0
import InteropProtos

typealias SimpleRequest = Grpc_Testing_SimpleRequest
typealias SimpleResponse = Grpc_Testing_SimpleResponse
typealias InputRequest = Grpc_Testing_StreamingInputCallRequest
typealias OutputRequest = Grpc_Testing_StreamingOutputCallRequest
typealias OutputResponse = Grpc_Testing_StreamingOutputCallResponse

extension Grpc_Testing_Payload {
    static func zeros(_ count: Int) -> Grpc_Testing_Payload { .init(body: Array(repeating: 0, count: count)) }
}

extension SimpleRequest {
    static let largeResponseSize: Int32 = 314_159

    /// What most unary cases send: more than one flow-control window of old, both ways.
    static let large = SimpleRequest(responseSize: largeResponseSize, payload: .zeros(271_828))
}

extension InputRequest {
    static func zeros(_ count: Int, compressed: Bool? = nil) -> InputRequest {
        .init(payload: .zeros(count), expectCompressed: compressed.map { .init(value: $0) })
    }
}

extension OutputRequest {
    /// Asks for responses of `sizes`, with `zeros` bytes of its own.
    static func asking(_ sizes: Int32..., zeros: Int = 0) -> OutputRequest {
        .init(responseParameters: sizes.map { .init(size: $0) }, payload: zeros > 0 ? .zeros(zeros) : nil)
    }
}

/// Fails unless the payload is so many zeros.
func expectZeros(_ payload: Grpc_Testing_Payload?, _ count: Int32, _ what: String) throws {
    let body = payload?.body ?? []
    try expect("payload bytes of \(what)", Int32(clamping: body.count), is: count)
    try expect("payload bytes of \(what) that are not zero", body.count { $0 != 0 }, is: 0)
}
