// SPDX-License-Identifier: Apache-2.0
internal import CSkein
internal import SkeinCore

extension ProtobufArena {
    /// Calls `body` with an arena of its own, for uses in which other messages are encoded or decoded meanwhile.
    static func withTemporary<Result, Failure: Error>(
        _ body: (ProtobufArena) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let arena = skein_arena_create()
        defer { skein_arena_destroy(arena) }
        skein_arena_begin(arena, .max, 0)
        return try body(ProtobufArena(UnsafeMutableRawPointer(arena)))
    }

    /// A view of `message`, which has to outlive it. Throws when messages are nested too deep.
    func view<Message: ProtobufMessage>(of message: borrowing Message) throws(RPCError) -> ProtobufView {
        ProtobufView(slots: try writeChecked(message), type: .of(Message.protobufLayout))
    }

    /// The same, without the messages that are nested too deep; `nil` when there is no memory.
    func partialView<Message: ProtobufMessage>(of message: borrowing Message) -> ProtobufView? {
        write(message).map { ProtobufView(slots: $0, type: .of(Message.protobufLayout)) }
    }
}
