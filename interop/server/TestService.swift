// SPDX-License-Identifier: Apache-2.0
import Foundation
import InteropProtos
import Skein

/// The server features of gRPC's interoperability tests (grpc/doc/interop-test-descriptions.md).
struct TestService: Grpc_Testing_TestService.Service {
    typealias OutputRequest = Grpc_Testing_StreamingOutputCallRequest
    typealias OutputResponse = Grpc_Testing_StreamingOutputCallResponse

    /// The same for every call to this process.
    private let serverID = "\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))"

    /// Reports out of band.
    private let reporting: LoadReporting

    init(_ reporting: LoadReporting) { self.reporting = reporting }

    func emptyCall(_ request: Grpc_Testing_Empty, context: ServerContext) async throws -> Grpc_Testing_Empty {
        echoMetadata(context)
        return Grpc_Testing_Empty()
    }

    func unaryCall(
        _ request: Grpc_Testing_SimpleRequest, context: ServerContext
    ) async throws -> Grpc_Testing_SimpleResponse {
        echoMetadata(context)
        try require(request.expectCompressed, of: context)
        if let report = request.orcaPerQueryReport { context.loadMetrics = LoadReport(report) }
        if let report = request.orcaOobReport { reporting.update { $0 = LoadReport(report) } }
        try fail(request.responseStatus)
        if request.responseCompressed?.value == true { context.compressResponses(with: .gzip) }
        return Grpc_Testing_SimpleResponse(
            payload: try payload(request.responseType, size: request.responseSize),
            serverID: request.fillServerID ? serverID : "")
    }

    /// The content of the request is of no account: a cache that heeds the header answers for this server.
    func cacheableUnaryCall(
        _ request: Grpc_Testing_SimpleRequest, context: ServerContext
    ) async throws -> Grpc_Testing_SimpleResponse {
        echoMetadata(context)
        context.initialMetadata["cache-control"] = "max-age=60, public"
        let nanoseconds = UInt64(Date().timeIntervalSince1970 * 1e9)
        return Grpc_Testing_SimpleResponse(payload: .init(body: Array("\(nanoseconds)".utf8)))
    }

    func streamingOutputCall(
        _ request: OutputRequest, to responses: ResponseWriter<OutputResponse>, context: ServerContext
    ) async throws {
        echoMetadata(context)
        try await answer(request, to: responses, context)
    }

    func streamingInputCall(
        _ requests: RequestStream<Grpc_Testing_StreamingInputCallRequest>, context: ServerContext
    ) async throws -> Grpc_Testing_StreamingInputCallResponse {
        echoMetadata(context)
        var total = 0
        for try await request in requests {
            try require(request.expectCompressed, of: context)
            total += request.payload?.body.count ?? 0
        }
        return Grpc_Testing_StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: total))
    }

    func fullDuplexCall(
        _ requests: RequestStream<OutputRequest>, to responses: ResponseWriter<OutputResponse>, context: ServerContext
    ) async throws {
        echoMetadata(context)
        for try await request in requests {
            if let report = request.orcaOobReport { reporting.update { $0 = LoadReport(report) } }
            try await answer(request, to: responses, context)
        }
    }

    func halfDuplexCall(
        _ requests: RequestStream<OutputRequest>, to responses: ResponseWriter<OutputResponse>, context: ServerContext
    ) async throws {
        echoMetadata(context)
        var all: [OutputRequest] = []
        var count = 0
        for try await var request in requests {
            request.payload = nil
            count += 1 + request.responseParameters.count
            guard count <= Limits.halfDuplexResponses else {
                throw RPCError(.resourceExhausted, "more than \(Limits.halfDuplexResponses) responses")
            }
            all.append(request)
        }
        for request in all { try await answer(request, to: responses, context) }
    }

    func unimplementedCall(_ request: Grpc_Testing_Empty, context: ServerContext) async throws -> Grpc_Testing_Empty {
        throw RPCError(.unimplemented, "\(context.method) is never implemented")
    }
}
