// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinTransport

@Suite struct SlowStartsTests {
    @Test("as many handlers as allowed wait for a thread; the connection hears of room it asked for, once")
    func limit() {
        let starts = SlowStarts(limit: 2)
        var told = 0
        let leave = { starts.leave { told += 1 } }
        starts.enter()
        #expect(starts.hasRoom)
        starts.enter()
        #expect(!starts.hasRoom)
        leave()
        #expect(told == 1 && starts.hasRoom)
        leave()
        #expect(told == 1)
    }

    @Test("a handler may run before the loop has counted it")
    func early() {
        let starts = SlowStarts(limit: 1)
        starts.leave { Issue.record("told without having asked") }
        starts.enter()
        #expect(starts.hasRoom)
    }
}
