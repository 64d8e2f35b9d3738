// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

extension Google_Rpc_Status {
    /// The error as a message, with its details: for results inside of a reply. Code and message are the error's own,
    /// whatever its trailer says; metadata, cause and attempts are left behind.
    public init(_ error: RPCError) {
        self = error.statusDetails ?? Google_Rpc_Status()
        code = Int32(error.code.rawValue)
        message = error.message
    }
}

extension RPCError {
    /// The error that `status` describes, with its details; `nil` when it is no error, but `OK`. A code that gRPC has
    /// not becomes `unknown`.
    public init?(_ status: Google_Rpc_Status, metadata: Metadata = [:], cause: (any Error)? = nil) {
        let code = StatusCode(Google_Rpc_Code(rawValue: status.code))
        if code == .ok { return nil }
        self.init(code, status.message, metadata: metadata, cause: cause)
        attach(status)
    }
}
