// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// Tells a channel's observers about one call. Made only when there are observers.
final class CallReporter: Sendable {
    private struct Totals {
        var metadata = Metadata()
        var sent = CallSummary.Traffic()
        var received = CallSummary.Traffic()
    }

    private static let lastID = Atomic<UInt64>(0)

    private let id = CallID(rawValue: lastID.wrappingAdd(1, ordering: .relaxed).newValue)
    private let observers: [any CallObserver]
    private let target: String
    private let totals = Mutex(Totals())

    init?(_ observers: [any CallObserver], target: @autoclosure () -> String) {
        guard !observers.isEmpty else { return nil }
        self.observers = observers
        self.target = target()
    }

    func started(_ method: MethodDescriptor) {
        for observer in observers { observer.callStarted(id, method, target: target) }
    }

    func attemptStarted(_ method: MethodDescriptor, _ endpoint: Endpoint.Identity) {
        for observer in observers { observer.attemptStarted(id, method, endpoint: endpoint) }
    }

    func messageSent(_ method: MethodDescriptor, _ bytes: Int) {
        totals.withLock { $0.sent.add(bytes) }
        for observer in observers { observer.messageSent(id, method, bytes: bytes) }
    }

    func messageReceived(_ method: MethodDescriptor, _ bytes: Int) {
        totals.withLock { $0.received.add(bytes) }
        for observer in observers { observer.messageReceived(id, method, bytes: bytes) }
    }

    func received(metadata: Metadata) { totals.withLock { $0.metadata = metadata } }

    func attemptEnded(_ method: MethodDescriptor, _ attempt: AttemptSummary) {
        for observer in observers { observer.attemptEnded(id, method, attempt) }
    }

    func ended(_ plan: CallPlan, _ end: CallEnd) {
        let totals = totals.withLock { $0 }
        let summary = CallSummary(
            method: plan.method, status: end.status, metadata: totals.metadata, trailingMetadata: end.trailers,
            endpoint: end.endpoint, attempts: end.attempts, elapsed: .now - plan.start, sent: totals.sent,
            received: totals.received)
        for observer in observers { observer.callEnded(id, summary) }
    }
}

extension CallSummary.Traffic {
    fileprivate mutating func add(_ bytes: Int) {
        messages += 1
        self.bytes += bytes
    }
}
