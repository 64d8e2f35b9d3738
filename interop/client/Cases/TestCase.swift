// SPDX-License-Identifier: Apache-2.0

/// One of gRPC's interoperability tests (grpc/doc/interop-test-descriptions.md).
struct TestCase: Sendable {
    let name: String
    /// Whether the soak options bound its time.
    let isSoak: Bool
    /// Throws when the case does not pass.
    let run: @Sendable (TestBed) async throws -> Void

    init(_ name: String, isSoak: Bool = false, _ run: @escaping @Sendable (TestBed) async throws -> Void) {
        self.name = name
        self.isSoak = isSoak
        self.run = run
    }

    static let all = unary + compression + streaming + metadata + status + ending + loadReports + soak

    static func named(_ name: String) -> TestCase? { all.first { $0.name == name } }
}
