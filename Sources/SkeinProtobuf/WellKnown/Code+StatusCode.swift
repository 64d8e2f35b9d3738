// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

extension Google_Rpc_Code {
    /// The same code: both have gRPC's names and numbers.
    public init(_ code: StatusCode) { self.init(rawValue: Int32(code.rawValue)) }
}

extension StatusCode {
    /// The same code; `unknown` for a number that gRPC has not.
    public init(_ code: Google_Rpc_Code) {
        self = UInt8(exactly: code.rawValue).flatMap(StatusCode.init(rawValue:)) ?? .unknown
    }
}
