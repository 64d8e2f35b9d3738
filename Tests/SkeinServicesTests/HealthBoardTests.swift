// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinServices

@Suite("the board of a health service", .timeLimit(.minutes(1)))
struct HealthBoardTests {
    typealias Status = HealthBoard.Status

    /// A board of a server that serves `a.A` and `b.B`.
    private func servingBoard() -> HealthBoard {
        var board = HealthBoard()
        _ = board.add(["a.A", "b.B"])
        _ = board.begin()
        return board
    }

    /// What a watch is told until it has to wait or ends.
    private func told(_ id: Int, by board: inout HealthBoard) -> [HealthBoard.Step] {
        var steps = [board.next(id)]
        while case .send? = steps.last { steps.append(board.next(id)) }
        return steps
    }

    @Test("the services of a server serve until it drains")
    func phases() {
        var board = HealthBoard()
        #expect(board.status(of: "") == .serving)
        #expect(board.status(of: "a.A") == .serviceUnknown)
        _ = board.add(["a.A"])
        #expect(board.status(of: "") == .serving)
        #expect(board.status(of: "a.A") == .serving)
        #expect(board.status(of: "x.X") == .serviceUnknown)
        _ = board.drain()
        #expect(board.list == ["": .notServing, "a.A": .notServing])
        #expect(board.status(of: "x.X") == .serviceUnknown)
        _ = board.leave()
        #expect(board.status(of: "a.A") == .notServing)
        _ = board.begin()
        #expect(board.status(of: "a.A") == .serving)
    }

    @Test("what is said by code outweighs the server's state, but not its end")
    func said() {
        var board = servingBoard()
        _ = board.say(.notServing, of: "a.A")
        _ = board.say(.serving, of: "x.X")
        #expect(board.list == ["": .serving, "a.A": .notServing, "b.B": .serving, "x.X": .serving])
        _ = board.say(nil, of: "a.A")
        _ = board.say(nil, of: "x.X")
        #expect(board.list == ["": .serving, "a.A": .serving, "b.B": .serving])
        _ = board.drain()
        _ = board.say(.serving, of: "a.A")
        #expect(board.status(of: "a.A") == .notServing)
        _ = board.begin()
        #expect(board.status(of: "a.A") == .serving)
    }

    @Test("what was said before the server listens holds when it does")
    func early() {
        var board = HealthBoard()
        _ = board.say(.notServing, of: "a.A")
        _ = board.add(["a.A", "b.B"])
        _ = board.begin()
        #expect(board.list == ["": .serving, "a.A": .notServing, "b.B": .serving])
    }

    @Test("a list of more than a hundred names is refused", arguments: [(99, true), (100, false)])
    func longList(services: Int, isGiven: Bool) {
        var board = HealthBoard()
        _ = board.add((0..<services).map { "s\($0)" })
        #expect((board.list != nil) == isGiven)
    }

    @Test("a watch is told at once, then of each change of its own service alone")
    func watch() {
        var board = servingBoard()
        let id = board.watch("a.A")
        #expect(told(id, by: &board) == [.send(.serving), .wait])
        #expect(board.say(.notServing, of: "b.B") == [])
        #expect(board.say(.serving, of: "a.A") == [])
        #expect(board.say(.notServing, of: "a.A") == [id])
        #expect(told(id, by: &board) == [.send(.notServing), .wait])
    }

    @Test("a watch of a service that nobody knows stays open and hears when the service appears, and goes")
    func unknown() {
        var board = servingBoard()
        let id = board.watch("x.X")
        #expect(told(id, by: &board) == [.send(.serviceUnknown), .wait])
        #expect(board.say(.serving, of: "x.X") == [id])
        #expect(told(id, by: &board) == [.send(.serving), .wait])
        #expect(board.say(nil, of: "x.X") == [id])
        #expect(told(id, by: &board) == [.send(.serviceUnknown), .wait])
        #expect(board.add(["x.X"]) == [id])
        #expect(told(id, by: &board) == [.send(.serving), .wait])
    }

    @Test("a watch whose reader is slow is told the latest alone, and nothing when that is what it knows")
    func coalescing() {
        var board = servingBoard()
        let id = board.watch("a.A")
        #expect(board.next(id) == .send(.serving))
        for status in [Status.notServing, .serving, .notServing] { #expect(board.say(status, of: "a.A") == []) }
        #expect(told(id, by: &board) == [.send(.notServing), .wait])
        #expect(board.say(.serving, of: "a.A") == [id])
        #expect(board.say(.notServing, of: "a.A") == [])
        #expect(told(id, by: &board) == [.wait])
        #expect(board.hasDelivered)
    }

    @Test("news count as delivered when every watch that was idle has passed them on, or has gone")
    func delivery() {
        var board = servingBoard()
        let ids = (0..<3).map { _ in board.watch("") }
        for id in ids.dropLast() { #expect(told(id, by: &board) == [.send(.serving), .wait]) }
        #expect(board.next(ids[2]) == .send(.serving))  // still sends it: nobody waits for this one
        #expect(Set(board.drain()) == Set(ids.dropLast()))
        #expect(!board.hasDelivered)
        #expect(board.next(ids[0]) == .send(.notServing))
        #expect(!board.hasDelivered)
        #expect(board.next(ids[0]) == .wait)
        #expect(!board.hasDelivered)
        board.remove(ids[1])
        #expect(board.hasDelivered)
    }

    @Test("watches end when the server goes away, after they have been told that it does not serve")
    func end() {
        var board = servingBoard()
        let idle = board.watch("")
        _ = told(idle, by: &board)
        let busy = board.watch("a.A")
        #expect(board.next(busy) == .send(.serving))
        _ = board.drain()
        #expect(told(idle, by: &board) == [.send(.notServing), .wait])
        #expect(board.leave() == [idle])
        #expect(told(idle, by: &board) == [.end])
        #expect(told(busy, by: &board) == [.send(.notServing), .end])
        let late = board.watch("")
        #expect(told(late, by: &board) == [.send(.notServing), .end])
        for id in [idle, busy, late] { board.remove(id) }
        #expect(board.watchCount == 0)
        #expect(board.hasDelivered)
    }
}
