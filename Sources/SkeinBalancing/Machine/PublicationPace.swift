// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// When the next picker over many endpoints is due. Making one costs as much as there are endpoints: one for each of
/// 10,000 that connect would cost 10,000 times 10,000.
///
/// The first ready endpoint is published at once, and every change among fewer than 128. Among more, a picker is made
/// when one in 64 has changed, or after `delay`: so many changes cost a constant number of visits each.
package struct PublicationPace: Sendable {
    static let delay = Duration.milliseconds(5)
    static let timer = TimerID(0)

    private var isPublished = false
    private var changes = 0
    private var isScheduled = false

    /// Publishes that calls have to wait or fail, if that is the news; the ready endpoints when a picker over them is due.
    mutating func publish(
        _ outlook: EndpointSharding.Outlook?, _ out: inout PolicyActions, atOnce: Bool = false
    ) -> [ReadyEndpoint]? {
        switch outlook {
        case .ready(let endpoints): return isDue(endpoints.count, atOnce, &out) ? endpoints : nil
        case .connecting:
            reset()
            out.publish(.connecting, QueueingPicker())
        case .failing(let error):
            reset()
            out.publish(.transientFailure(error), FailingPicker(error))
        case nil: break
        }
        return nil
    }

    /// Notes a change among `count` ready endpoints; whether to publish now.
    private mutating func isDue(_ count: Int, _ atOnce: Bool, _ out: inout PolicyActions) -> Bool {
        changes += 1
        if atOnce || !isPublished || changes >= count >> 6 {
            isPublished = true
            changes = 0
            return true
        }
        if !isScheduled { out.schedule(PublicationPace.timer, after: PublicationPace.delay) }
        isScheduled = true
        return false
    }

    /// Whether there is something to publish.
    mutating func timerFired() -> Bool {
        isScheduled = false
        return changes > 0
    }

    /// No endpoint is ready: the next one is the first.
    private mutating func reset() { (isPublished, changes) = (false, 0) }
}
