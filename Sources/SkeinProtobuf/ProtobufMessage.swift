// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A protobuf message: a plain value with one property per field.
///
/// Generated types conform; nobody else does. Fields that a newer definition has and this one has not are kept in
/// `unknownFields` and written again.
public protocol ProtobufMessage: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The full protobuf name, e.g. `helloworld.HelloRequest`.
    static var protobufName: String { get }

    /// A message whose fields all have their default value.
    init()

    /// The fields that this definition does not have, encoded as they came.
    var unknownFields: [UInt8] { get set }

    /// For generated code: how the message's fields lie in memory while libprotobuf-c reads or writes them.
    static var protobufLayout: ProtobufLayout { get }

    /// For generated code: writes every field into `writer`'s slots.
    func writeProtobuf(to writer: ProtobufWriter)

    /// For generated code: merges what `reader`'s slots hold into the fields.
    mutating func mergeProtobuf(from reader: ProtobufReader) throws(ProtobufFault)
}

extension ProtobufMessage {
    /// A message changed by `fill`: `.with { $0.name = "Ada" }`.
    @inlinable
    public static func with<Failure: Error>(_ fill: (inout Self) throws(Failure) -> Void) throws(Failure) -> Self {
        var message = Self()
        try fill(&message)
        return message
    }

    /// The message that `bytes` encode. Throws `internal`, naming the message and what is wrong, when they are none.
    @inlinable
    public init(serialized bytes: some Sequence<UInt8>) throws(RPCError) {
        let decode = { (bytes: UnsafeBufferPointer<UInt8>) in
            Result { () throws(RPCError) -> Self in try ProtobufCodec<Self>.decode(UnsafeRawBufferPointer(bytes)) }
        }
        if let result = bytes.withContiguousStorageIfAvailable(decode) {
            self = try result.get()
        } else {
            self = try Array(bytes).withUnsafeBufferPointer(decode).get()
        }
    }

    /// The same of an array.
    @inlinable
    public init(serialized bytes: [UInt8]) throws(RPCError) {
        self = try ProtobufCodec<Self>.decode(bytes.span.bytes)
    }

    /// The encoding of the message. Throws `internal` when it would be larger than 2 GiB, when messages in it are nested
    /// deeper than 100 levels, and when a required field of proto2 is not set, naming the path to it.
    ///
    /// With `deterministic`, the entries of maps are sorted by their keys (numbers by value, strings by their UTF-8,
    /// `false` first): equal messages have equal encodings. Other versions of the definition, and other
    /// implementations, may encode differently nevertheless.
    @inlinable
    public func serialized(deterministic: Bool = false) throws(RPCError) -> [UInt8] {
        var buffer = Buffer()
        if deterministic {
            try ProtobufCodec.encodeSorted(self, into: &buffer)
        } else {
            try ProtobufCodec.encode(self, into: &buffer)
        }
        return Array(buffer)
    }
}
