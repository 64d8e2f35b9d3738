// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("what a registry's server says has changed")
struct ChangedKeysTests {
    private let changes = ChangedKeys(clock: ContinuousClock())

    @Test("each key is named once, until somebody looks")
    func once() throws {
        changes.add(["b", "a"])
        changes.add(["b"])
        #expect(try changes.next() == .keys(["a", "b"]))
        #expect(try changes.next() == .keys([]))
    }

    @Test("more keys than can be named are everything, and what is told after that adds nothing")
    func tooMany() throws {
        changes.add((0..<ChangedKeys.maxKeys).map(String.init))
        changes.add(["0"])
        guard case .keys(let keys) = try changes.next() else {
            Issue.record("expected keys")
            return
        }
        #expect(keys.count == ChangedKeys.maxKeys)
        changes.add((0...ChangedKeys.maxKeys).map(String.init))
        changes.add(["x"])
        #expect(try changes.next() == .everything)
        #expect(try changes.next() == .keys([]))
    }

    @Test("a few keys of many bytes are everything, too; the same one again adds nothing")
    func tooLong() throws {
        let long = String(repeating: "a", count: ChangedKeys.maxBytes / 2)
        for _ in 0..<5 { changes.add([long]) }
        #expect(try changes.next() == .keys([long]))
        for number in 0..<5 { changes.add(["\(number)\(long)"]) }
        #expect(try changes.next() == .everything)
        // It counts anew.
        changes.add([long])
        #expect(try changes.next() == .keys([long]))
    }

    @Test("everything stays everything until somebody looks, and a failure is thrown")
    func failure() throws {
        changes.add(["a"])
        changes.addEverything()
        changes.add(["b"])
        #expect(try changes.next() == .everything)
        changes.fail(RPCError(.unavailable, "gone"))
        #expect(throws: RPCError.self) { try changes.next() }
    }
}
