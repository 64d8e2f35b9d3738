// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What a registry answered over HTTP.
struct RegistryAnswer: Sendable {
    var status: Int
    /// By names in lower case.
    var headers: [String: String]
    var body: String
    /// What was asked of whom, for errors: `GET /v1/agent/self at 10.0.0.7:8500`.
    var label: String

    var isSuccess: Bool { (200...299).contains(status) }

    /// The body as JSON.
    func json() throws -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw RPCError(.internal, "\(label): read the answer: \(error.message)", cause: error)
        }
    }

    /// The answer, or an error that says what the registry said.
    func checked() throws -> RegistryAnswer {
        guard !isSuccess else { return self }
        throw error
    }

    /// An error with the status and the first line of the body.
    var error: RPCError {
        let line = body.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(300))" } ?? ""
        return RPCError(RegistryAnswer.code(of: status), "\(label): status \(status)\(line)")
    }

    private static func code(of status: Int) -> StatusCode {
        switch status {
        case 400: .invalidArgument
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .notFound
        case 409: .aborted
        case 410: .outOfRange
        case 429: .resourceExhausted
        default: .unavailable
        }
    }
}
