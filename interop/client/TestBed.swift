// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

/// What a case works with.
struct TestBed: Sendable {
    let channel: Channel
    let connection: ConnectionOptions
    let soak: SoakOptions

    var client: Grpc_Testing_TestService.Client { .init(channel) }
}

/// A case that does not pass, and why.
struct Unmet: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func expect<Value: Equatable>(_ what: String, _ actual: Value, is expected: Value) throws {
    guard actual != expected else { return }
    throw Unmet("\(what): expected \(String(reflecting: expected)), got \(String(reflecting: actual))")
}

func expect<Value>(some value: Value?, _ what: String) throws -> Value {
    guard let value else { throw Unmet("\(what) is missing") }
    return value
}

/// Fails unless `body` throws an error with `code`; the error.
@discardableResult
func expect(_ code: StatusCode, of what: String, _ body: () async throws -> Void) async throws -> RPCError {
    do {
        try await body()
    } catch let error as RPCError {
        guard error.code == code else { throw Unmet("\(what): expected \(code.name), got \(error)") }
        return error
    }
    throw Unmet("\(what): expected \(code.name), got OK")
}
