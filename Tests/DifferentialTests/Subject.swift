// SPDX-License-Identifier: Apache-2.0
import DifferentialPeer
import SkeinCore
import SwiftProtobuf

@testable import SkeinProtobuf

/// What an implementation makes of bytes.
enum Verdict: UInt8 {
    case refused
    /// Accepted; and what we wrote for it, if anything, says the same.
    case same
    /// Accepted, but what we wrote for it says something else.
    case different
}

/// A message type that all three implementations have, reduced to what can be done with its encoding.
struct Subject: Sendable {
    /// Our view of some bytes.
    typealias Rewritten = Result<[UInt8], RPCError>

    let name: String
    let layout: @Sendable () -> ProtobufLayout
    /// Our reading, written again.
    let rewrite: @Sendable ([UInt8]) -> Rewritten
    /// Whether our reading of the first equals that of the second.
    let isEqual: @Sendable ([UInt8], [UInt8]) -> Bool
    /// What swift-protobuf makes of the first, and whether the second says the same to it.
    let compare: @Sendable ([UInt8], [UInt8]?) -> Verdict

    /// Our JSON for some bytes, and our encoding of some JSON.
    let toJSON: @Sendable ([UInt8]) -> Result<String, RPCError>
    let fromJSON: @Sendable (String) -> Rewritten

    private init<Ours: ProtobufMessage, Peer: SwiftProtobuf.Message & Equatable>(_ ours: Ours.Type, _ peer: Peer.Type) {
        name = ours.protobufName
        layout = { Ours.protobufLayout }
        rewrite = { bytes in Result { () throws(RPCError) in try Ours(serialized: bytes).serialized() } }
        isEqual = { (try? Ours(serialized: $0)) == (try? Ours(serialized: $1)) }
        toJSON = { bytes in
            Result { () throws(RPCError) in try Ours(serialized: bytes).jsonString(.init(types: Subject.types)) }
        }
        fromJSON = { text in
            Result { () throws(RPCError) in try Ours(json: text, .init(types: Subject.types)).serialized() }
        }
        compare = { given, rewritten in
            guard let first = try? Peer(serializedBytes: given) else { return .refused }
            guard let rewritten else { return .same }
            guard let second = try? Peer(serializedBytes: rewritten) else { return .different }
            return first == second || Subject.text(first) == Subject.text(second) ? .same : .different
        }
    }

    /// Compares messages that have NaN in them, and unknown fields whose tags are longer than they need to be.
    private static func text(_ message: some SwiftProtobuf.Message) -> String { message.textFormatString() }
}

extension Subject {
    /// What the tests put into an Any.
    static let packable: [any ProtobufMessage.Type] = [
        Skein_Testing_Differential_Plain.self, Skein_Testing_Differential_Choice.self,
        Skein_Testing_Differential_Known.self, Google_Protobuf_Duration.self, Google_Protobuf_Value.self,
        Google_Protobuf_Int64Value.self, Google_Protobuf_Any.self,
    ]

    /// Those of the proto2 file.
    static let legacy = [
        Skein_Testing_Differential_Needy.protobufName, Skein_Testing_Differential_Defaults.protobufName,
        Skein_Testing_Differential_Legacy.protobufName,
    ]

    private static let types = ProtobufTypes(packable)

    /// The files that define them, as protoc is given them.
    static let files = ["modern", "legacy", "known"].map { "skein/testing/differential/\($0).proto" }

    static let all: [Subject] = [
        Subject(Skein_Testing_Differential_Plain.self, DifferentialPeer.Skein_Testing_Differential_Plain.self),
        Subject(Skein_Testing_Differential_Present.self, DifferentialPeer.Skein_Testing_Differential_Present.self),
        Subject(Skein_Testing_Differential_Packed.self, DifferentialPeer.Skein_Testing_Differential_Packed.self),
        Subject(Skein_Testing_Differential_Unpacked.self, DifferentialPeer.Skein_Testing_Differential_Unpacked.self),
        Subject(Skein_Testing_Differential_Maps.self, DifferentialPeer.Skein_Testing_Differential_Maps.self),
        Subject(Skein_Testing_Differential_Choice.self, DifferentialPeer.Skein_Testing_Differential_Choice.self),
        Subject(Skein_Testing_Differential_Tree.self, DifferentialPeer.Skein_Testing_Differential_Tree.self),
        Subject(Skein_Testing_Differential_Sparse.self, DifferentialPeer.Skein_Testing_Differential_Sparse.self),
        Subject(
            Skein_Testing_Differential_Everything.self, DifferentialPeer.Skein_Testing_Differential_Everything.self),
        Subject(Skein_Testing_Differential_Needy.self, DifferentialPeer.Skein_Testing_Differential_Needy.self),
        Subject(Skein_Testing_Differential_Defaults.self, DifferentialPeer.Skein_Testing_Differential_Defaults.self),
        Subject(Skein_Testing_Differential_Legacy.self, DifferentialPeer.Skein_Testing_Differential_Legacy.self),
        Subject(Skein_Testing_Differential_Known.self, DifferentialPeer.Skein_Testing_Differential_Known.self),
    ]
}
