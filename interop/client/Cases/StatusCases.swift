// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    static let status = [
        TestCase("status_code_and_message") { bed in
            try await expectEcho(of: "test status message", in: bed)
            let call = try await bed.client.fullDuplexCall()
            let error = try await expect(.unknown, of: "FullDuplexCall") {
                try await call.requests.write(.init(responseStatus: .init(code: 2, message: "test status message")))
                call.requests.finish()
                for try await _ in call.responses {}
            }
            try expect("the message of FullDuplexCall", error.message, is: "test status message")
        },

        TestCase("special_status_message") { bed in
            try await expectEcho(of: "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n", in: bed)
        },

        TestCase("unimplemented_method") { bed in
            try await expect(.unimplemented, of: "TestService/UnimplementedCall") {
                _ = try await bed.client.unimplementedCall(.init())
            }
        },

        TestCase("unimplemented_service") { bed in
            try await expect(.unimplemented, of: "UnimplementedService/UnimplementedCall") {
                _ = try await Grpc_Testing_UnimplementedService.Client(bed.channel).unimplementedCall(.init())
            }
        },
    ]

    private static func expectEcho(of message: String, in bed: TestBed) async throws {
        let error = try await expect(.unknown, of: "UnaryCall") {
            _ = try await bed.client.unaryCall(.init(responseStatus: .init(code: 2, message: message)))
        }
        try expect("the message of UnaryCall", error.message, is: message)
    }
}
