// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite("random messages in JSON", .timeLimit(.minutes(5)))
struct JSONPropertyTests {
    private static let types: [any ProtobufMessage.Type] = [
        Golden_Scalars_Scalars.self, Golden_Scalars_Repeated.self, Golden_Scalars_Sparse.self, Golden_Maps_Maps.self,
        Golden_Enums_Shades.self, Golden_Nested_Outer.self, Golden_Nested_HoldsLarge.self, Golden_Oneofs_Oneofs.self,
        Golden_Optional_Optionals.self, Golden_Recursion_Tree.self, Golden_Recursion_Ping.self,
        Golden_Imports_Order.self,
        Golden_Wellknown_WellKnown.self, Keywords.self, Golden_Proto2_Optionals.self, Golden_Proto2_Defaults.self,
        Golden_Closedenums_Kinds.Inner.self, Google_Protobuf_Type.self, Google_Rpc_BadRequest.self,
    ]

    private static let options: [ProtobufJSONEncodingOptions] = [
        .init(), .pretty, .init(preserveProtoFieldNames: true), .init(enumsAsNumbers: true),
        .init(alwaysPrintFields: true),
    ]

    @Test("every message comes back from its JSON, however it is written", arguments: UInt64(1)...6)
    func roundTrip(seed: UInt64) throws {
        var source = RandomMessages(random: SplitMix64(seed: seed))
        var filled = 0
        for round in 0..<114 {
            let type = JSONPropertyTests.types[round % JSONPropertyTests.types.count]
            if try survives(type, &source) { filled += 1 }
        }
        #expect(filled > 70)
    }

    /// Whether the message had any content.
    private func survives<M: ProtobufMessage>(_: M.Type, _ source: inout RandomMessages) throws -> Bool {
        let message = try source.message(M.self)
        for options in JSONPropertyTests.options {
            let json = try message.jsonString(options)
            let back = try M(json: json)
            #expect(back == message, "\(json)")
            #expect(try back.jsonString(options) == json)
        }
        return message != M()
    }
}
