// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestService {
    /// What one client may make the server hold.
    enum Limits {
        static let payloadBytes: Int32 = 16 << 20
        static let halfDuplexResponses = 10_000
    }

    /// Sends back the two names that clients look for.
    func echoMetadata(_ context: ServerContext) {
        for value in context.metadata.values("x-grpc-test-echo-initial") {
            context.initialMetadata.append("x-grpc-test-echo-initial", .text(value))
        }
        for value in context.metadata.binaryValues("x-grpc-test-echo-trailing-bin") {
            context.trailingMetadata.append("x-grpc-test-echo-trailing-bin", .binary(value))
        }
    }

    /// Ends the call with the status that the client wants to see.
    func fail(_ status: Grpc_Testing_EchoStatus?) throws {
        guard let status, status.code != 0 else { return }
        guard let code = UInt8(exactly: status.code).flatMap(StatusCode.init(rawValue:)) else {
            throw RPCError(.invalidArgument, "response_status.code is \(status.code): expected 0 to 16")
        }
        throw RPCError(code, status.message)
    }

    /// Refuses a request that was to be compressed and was not, or the reverse.
    func require(_ compressed: Grpc_Testing_BoolValue?, of context: ServerContext) throws {
        guard let compressed, compressed.value != context.requestWasCompressed else { return }
        let (expected, actual) = compressed.value ? ("compressed", "not") : ("uncompressed", "compressed")
        throw RPCError(.invalidArgument, "expect_compressed: expected the request \(expected), it is \(actual)")
    }

    func payload(_ type: Grpc_Testing_PayloadType, size: Int32) throws -> Grpc_Testing_Payload {
        guard type == .compressable else {
            throw RPCError(.invalidArgument, "response_type is \(type): expected COMPRESSABLE")
        }
        guard (0...Limits.payloadBytes).contains(size) else {
            throw RPCError(.invalidArgument, "the size is \(size): expected 0 to \(Limits.payloadBytes)")
        }
        return Grpc_Testing_Payload(type: type, body: Array(repeating: 0, count: Int(size)))
    }

    /// One response for each of the parameters, then the status asked for.
    func answer(
        _ request: OutputRequest, to responses: ResponseWriter<OutputResponse>, _ context: ServerContext
    ) async throws {
        // What compresses is settled by the first response; each message then goes compressed or as it is.
        if request.responseParameters.contains(where: { $0.compressed?.value == true }) {
            context.compressResponses(with: .gzip)
        }
        try fail(request.responseStatus)
        for parameters in request.responseParameters {
            let response = OutputResponse(payload: try payload(request.responseType, size: parameters.size))
            if parameters.intervalUs > 0 { try await Task.sleep(for: .microseconds(parameters.intervalUs)) }
            try await responses.write(response, compressed: parameters.compressed?.value == true)
        }
    }
}

extension LoadReport {
    init(_ report: Grpc_Testing_TestOrcaReport) {
        self.init(cpuUtilization: report.cpuUtilization)
        memoryUtilization = report.memoryUtilization
        requestCost = report.requestCost
        utilization = report.utilization
    }
}
