// SPDX-License-Identifier: Apache-2.0
import NativeStubs
import Skein
import SkeinProtobuf
import SwiftProtobuf
import SwiftProtobufStubs

// What the stubs of both kinds have in common, so that one test body does for both.

protocol ItemMessage: Hashable, Sendable {
    associatedtype Part: PartMessage
    init()
    var text: String { get set }
    var parts: [Part] { get set }
    var counts: [String: Int64] { get set }
    var failCode: Int32 { get set }
}

protocol PartMessage: Hashable, Sendable {
    init()
    var text: String { get set }
}

protocol MarkMessage: Hashable, Sendable {
    init()
    var number: Int32 { get set }
}

protocol TimeMessage: Hashable, Sendable {
    init()
    var seconds: Int64 { get set }
    var nanos: Int32 { get set }
}

/// A generated client: it has all that is asked for here.
protocol RepeaterClient: Sendable {
    associatedtype Item: ItemMessage
    associatedtype Mark: MarkMessage
    associatedtype Time: TimeMessage

    init(_ channel: Skein.Channel, defaults: CallOptions)
    var get: UnaryMethod<Item, Item> { get }
    var expand: ServerStreamingMethod<Item, Item.Part> { get }
    var collect: ClientStreamingMethod<Item.Part, Item> { get }
    var update: BidirectionalMethod<Mark, Mark> { get }
    var wait: UnaryMethod<Time, Time> { get }
}

/// What the services of both kinds do.
protocol RepeaterBehaviour {
    associatedtype Item: ItemMessage
    associatedtype Mark: MarkMessage
    associatedtype Time: TimeMessage
}

extension RepeaterBehaviour {
    func get(_ item: Item, context: ServerContext) async throws -> Item {
        guard item.failCode == 0 else {
            throw RPCError(StatusCode(rawValue: UInt8(clamping: item.failCode)) ?? .unknown, item.text)
        }
        return item
    }

    func expand(_ item: Item, to responses: ResponseWriter<Item.Part>, context: ServerContext) async throws {
        for part in item.parts { try await responses.write(part) }
    }

    func collect(_ parts: RequestStream<Item.Part>, context: ServerContext) async throws -> Item {
        var item = Item()
        for try await part in parts { item.parts.append(part) }
        return item
    }

    func update(
        _ marks: RequestStream<Mark>, to responses: ResponseWriter<Mark>, context: ServerContext
    ) async throws {
        for try await mark in marks { try await responses.write(mark) }
    }

    func wait(_ time: Time, context: ServerContext) async throws -> Time { time }
}

extension NativeStubs.Skein_Testing_Item: ItemMessage {}
extension NativeStubs.Skein_Testing_Part: PartMessage {}
extension NativeStubs.Skein_Testing_Part.Mark: MarkMessage {}
extension SkeinProtobuf.Google_Protobuf_Timestamp: TimeMessage {}
extension NativeStubs.Skein_Testing_Repeater.Client: RepeaterClient {}

struct NativeRepeater: NativeStubs.Skein_Testing_Repeater.Service, RepeaterBehaviour {
    typealias Item = NativeStubs.Skein_Testing_Item
    typealias Mark = NativeStubs.Skein_Testing_Part.Mark
    typealias Time = SkeinProtobuf.Google_Protobuf_Timestamp
}

extension SwiftProtobufStubs.Skein_Testing_Item: ItemMessage {}
extension SwiftProtobufStubs.Skein_Testing_Part: PartMessage {}
extension SwiftProtobufStubs.Skein_Testing_Part.Mark: MarkMessage {}
extension SwiftProtobuf.Google_Protobuf_Timestamp: TimeMessage {}
extension SwiftProtobufStubs.Skein_Testing_Repeater.Client: RepeaterClient {}

struct SwiftProtobufRepeater: SwiftProtobufStubs.Skein_Testing_Repeater.Service, RepeaterBehaviour {
    typealias Item = SwiftProtobufStubs.Skein_Testing_Item
    typealias Mark = SwiftProtobufStubs.Skein_Testing_Part.Mark
    typealias Time = SwiftProtobuf.Google_Protobuf_Timestamp
}
