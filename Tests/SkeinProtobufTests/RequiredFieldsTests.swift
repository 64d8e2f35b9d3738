// SPDX-License-Identifier: Apache-2.0
import CProtobufC
import Goldens
import SkeinCore
import Testing

@testable import SkeinProtobuf

@Suite(.timeLimit(.minutes(2))) struct RequiredFieldsTests {
    private typealias Order = Golden_Required_Order
    private typealias Item = Golden_Required_Item
    private typealias Address = Golden_Required_Address

    private static let address = Address(street: "", verified: false, latitude: 0, kind: .home)
    private static let item = Item(name: "", tag: [], address: address)

    private static func item(_ change: (inout Address) -> Void) -> Item {
        var item = item
        change(&item.address!)
        return item
    }

    static let incomplete: [(Golden_Required_Order, String)] = [
        (Order(), "id"),
        (Order(id: 0, items: [item, item, Item(name: "", address: address)]), "items[2].tag"),
        (Order(id: 0, items: [item { $0.street = nil }]), "items[0].address.street"),
        (Order(id: 0, items: [item { $0.verified = nil }]), "items[0].address.verified"),
        (Order(id: 0, items: [item { $0.latitude = nil }]), "items[0].address.latitude"),
        (Order(id: 0, items: [item { $0.kind = nil }]), "items[0].address.kind"),
        (Order(id: 0, items: [Item(name: "", tag: [])]), "items[0].address"),
        (Order(id: 0, byName: ["a \"b\"": Item(tag: [], address: address)]), #"by_name["a \"b\""].name"#),
        (Order(id: 0, byNumber: [-7: item { $0.street = nil }]), "by_number[-7].address.street"),
        (Order(id: 0, choice: .address(Address(street: "s"))), "address.verified"),
        (Order(id: 0, parent: Order(id: 0, parent: Order())), "parent.parent.id"),
    ]

    @Test("a message without a required field is refused, naming the path to it", arguments: incomplete)
    func refused(order: Golden_Required_Order, path: String) throws {
        let error = #expect(throws: RPCError.self) { try order.serialized() }
        #expect(error?.code == .internal)
        #expect(error?.message == "encode golden.required.Order: required field \(path) is not set")
        #expect(throws: RPCError.self) { try order.serialized(deterministic: true) }
        let decodeError = #expect(throws: RPCError.self) { try Order(serialized: encodedUnchecked(order)) }
        #expect(decodeError?.code == .internal)
        #expect(decodeError?.message == "decode golden.required.Order: required field \(path) is not set")
    }

    /// Encodes a message as a newer program might, to which the fields are not required.
    private func encodedUnchecked<M: ProtobufMessage>(_ message: M) throws -> [UInt8] {
        let arena = ProtobufArena.begin()
        defer { arena.reset() }
        let slots = try arena.writeChecked(message)
        return withExtendedLifetime(message) {
            let packed = UnsafePointer(slots.assumingMemoryBound(to: ProtobufCMessage.self))
            let size = protobuf_c_message_get_packed_size(packed)
            return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
                count = protobuf_c_message_pack(packed, bytes.baseAddress)
            }
        }
    }

    @Test("a message whose required fields are set, to their defaults even, passes")
    func complete() throws {
        let order = Order(
            id: 0, items: [RequiredFieldsTests.item], byName: ["": RequiredFieldsTests.item],
            byNumber: [0: RequiredFieldsTests.item], note: .init(), choice: .address(RequiredFieldsTests.address),
            parent: Order(id: 1))
        let bytes = try order.serialized()
        #expect(try Order(serialized: bytes) == order)
        #expect(bytes.prefix(2) == [8, 0])
    }

    @Test("required fields may be spread over several occurrences of their message")
    func spread() throws {
        let first = field(1, "street") + field(2, varint: 1)
        let second = field(3, []).isEmpty ? [] : [0x19] + [UInt8](repeating: 0, count: 8) + field(4, varint: 2)
        let bytes = field(1, varint: 1) + field(6, first) + field(6, second)
        let address = Address(street: "street", verified: true, latitude: 0, kind: .work)
        #expect(try Order(serialized: bytes).choice == .address(address))
        let item = field(1, "n") + field(2, "t") + field(3, first) + field(3, second)
        #expect(try Item(serialized: item).address == address)
        #expect(throws: RPCError.self) { try Item(serialized: field(1, "n") + field(2, "t") + field(3, first)) }
    }

    @Test("a required closed enum is not set by a number that it does not have")
    func unknownNumber() {
        let bytes = field(1, "s") + field(2, varint: 1) + [0x19] + [UInt8](repeating: 0, count: 8) + field(4, varint: 7)
        let error = #expect(throws: RPCError.self) { try Address(serialized: bytes) }
        #expect(error?.message == "decode golden.required.Address: required field kind is not set")
    }

    @Test("only layouts that can hold a required field are checked")
    func flag() {
        #expect(Order.protobufLayout.hasRequired)
        #expect(Item.protobufLayout.hasRequired)
        #expect(!Golden_Required_Note.protobufLayout.hasRequired)
        #expect(!Golden_Proto2_Optionals.protobufLayout.hasRequired)
        #expect(!Golden_Recursion_Tree.protobufLayout.hasRequired)
    }
}
