// SPDX-License-Identifier: Apache-2.0
import Testing

/// Our client and server with grpcio at the other end. One test at a time: each counts on what the last one left.
@Suite("Interoperation with grpcio", .serialized, .timeLimit(.minutes(10)))
enum InteropTests {}
