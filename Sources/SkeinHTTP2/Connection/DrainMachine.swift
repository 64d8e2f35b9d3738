// SPDX-License-Identifier: Apache-2.0

/// Closes a server's connection without losing a call: a GOAWAY that stops new streams once the client has seen it, a
/// PING to know when it has, a GOAWAY with the real last stream, and the end when the last stream is gone.
package struct DrainMachine: Sendable {
    package enum Event: Sendable, Hashable {
        case begin
        /// The PING that `ping` asked for was answered.
        case pingAcknowledged
        case acknowledgementTimeout
        /// The number of live streams changed.
        case liveStreams(Int)
        /// Waiting for calls has taken long enough.
        case deadline
        case connectionLost
    }

    package enum Command: Sendable, Hashable {
        /// GOAWAY with the highest stream id there is.
        case goAwayNotice
        case ping
        case startAcknowledgementTimer(Duration)
        /// GOAWAY with the last stream that was accepted.
        case goAway
        case cancelStreams
        /// Close when everything queued is written.
        case close
    }

    private enum State {
        case running
        case noticed
        case draining
        case closed
    }

    private let acknowledgementTimeout: Duration
    private var state = State.running
    private var liveStreams: Int

    package init(liveStreams: Int = 0, acknowledgementTimeout: Duration = .seconds(1)) {
        self.liveStreams = liveStreams
        self.acknowledgementTimeout = acknowledgementTimeout
    }

    package var isDraining: Bool {
        if case .running = state { false } else { true }
    }

    package mutating func handle(_ event: Event) -> [Command] {
        switch (state, event) {
        case (.closed, _): return []
        case (_, .connectionLost):
            state = .closed
            return []
        case (_, .liveStreams(let count)):
            liveStreams = count
            return closeIfIdle()
        case (.running, .begin):
            state = .noticed
            return [.goAwayNotice, .ping, .startAcknowledgementTimer(acknowledgementTimeout)]
        case (.noticed, .pingAcknowledged), (.noticed, .acknowledgementTimeout):
            state = .draining
            return [.goAway] + closeIfIdle()
        case (.noticed, .deadline):
            state = .closed
            return [.goAway, .cancelStreams, .close]
        case (.draining, .deadline):
            state = .closed
            return [.cancelStreams, .close]
        case (.running, _), (.noticed, .begin), (.draining, _): return []
        }
    }

    private mutating func closeIfIdle() -> [Command] {
        guard case .draining = state, liveStreams == 0 else { return [] }
        state = .closed
        return [.close]
    }
}
