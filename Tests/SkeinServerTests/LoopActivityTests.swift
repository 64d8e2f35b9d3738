// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("what an event loop is doing", .timeLimit(.minutes(1)))
struct LoopActivityTests {
    private let method = RegisteredMethod(7, MethodDescriptor("a.B", "C", .unary), .unary { request, _ in request })

    @Test("a method that holds the loop is named until it is done")
    func blocking() {
        let activity = LoopActivity()
        #expect(activity.blocking(longerThan: 0) == nil)
        let start = activity.begin(method)
        let blocking = activity.blocking(longerThan: -1)
        #expect(blocking?.method == 7)
        #expect(blocking?.since == start)
        #expect(activity.blocking(longerThan: 60_000_000_000) == nil)
        #expect(activity.end() >= start)
        #expect(activity.blocking(longerThan: -1) == nil)
    }
}
