// SPDX-License-Identifier: Apache-2.0
import SkeinTransport
import Testing

@Suite("backoff between connection attempts", .timeLimit(.minutes(1)))
struct BackoffTests {
    @Test(
        "the delay grows by the factor up to the maximum",
        arguments: [(1, 1.0), (2, 1.6), (3, 2.56), (4, 4.096), (10, 68.719), (12, 120), (1000, 120), (0, 1), (-3, 1)])
    func growth(failures: Int, seconds: Double) {
        let delay = Backoff().delay(afterFailures: failures, chance: 0.5)
        #expect(abs(delay / .seconds(1) - seconds) < 0.01)
    }

    @Test("jitter stays within its share", arguments: [0, 0.25, 0.5, 0.999])
    func jitter(chance: Double) {
        let delay = Backoff().delay(afterFailures: 1, chance: chance)
        #expect(abs(delay / .seconds(1) - (0.8 + 0.4 * chance)) < 0.001)
        let exact = Backoff(jitter: 0).delay(afterFailures: 3, chance: chance)
        #expect(abs(exact / .seconds(1) - 2.56) < 0.001)
    }
}
