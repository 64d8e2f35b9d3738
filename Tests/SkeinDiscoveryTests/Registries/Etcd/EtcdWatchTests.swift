// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("following a watch of etcd")
struct EtcdWatchTests {
    private func put(_ key: String, _ value: String, at revision: Int64) -> Mvccpb_Event {
        Mvccpb_Event(
            type: .put, kv: Mvccpb_KeyValue(key: Array(key.utf8), modRevision: revision, value: Array(value.utf8)))
    }

    private func response(
        at revision: Int64, _ events: [Mvccpb_Event] = [],
        _ change: (inout Etcdserverpb_WatchResponse) -> Void = { _ in }
    ) -> Etcdserverpb_WatchResponse {
        var response = Etcdserverpb_WatchResponse()
        (response.header, response.events) = (Etcdserverpb_ResponseHeader(revision: revision), events)
        change(&response)
        return response
    }

    @Test("it goes on after the last event, not after the revision of the store")
    func goesOn() {
        var watch = EtcdWatch(after: 10)
        #expect(watch.next == 11)
        guard case .nothing = watch.received(response(at: 40, [], { $0.created = true })) else {
            Issue.record("expected nothing")
            return
        }
        guard case .changed(let events) = watch.received(response(at: 40, [put("a", "1", at: 12)])) else {
            Issue.record("expected a change")
            return
        }
        #expect(events.count == 1)
        #expect(watch.next == 13)
    }

    @Test("a compacted history, and one that the store has not reached, are gaps")
    func gaps() {
        var watch = EtcdWatch(after: 10)
        for gap in [
            response(at: 20, [], { ($0.canceled, $0.compactRevision) = (true, 15) }),
            response(at: 3, [], { $0.created = true }),
        ] {
            guard case .gap = watch.received(gap) else {
                Issue.record("expected a gap")
                return
            }
        }
    }

    @Test(
        "a watch that is cancelled says why",
        arguments: [("etcdserver: permission denied", StatusCode.permissionDenied), ("", .unavailable)])
    func cancelled(reason: String, code: StatusCode) {
        var watch = EtcdWatch(after: 10)
        let verdict = watch.received(response(at: 20, [], { ($0.canceled, $0.cancelReason) = (true, reason) }))
        guard case .refused(let error) = verdict else {
            Issue.record("expected an error")
            return
        }
        #expect(error.code == code)
        #expect(error.message.contains(reason))
    }

    @Test("of several events of a key the last holds")
    func last() {
        let deletion = Mvccpb_Event(type: .delete, kv: Mvccpb_KeyValue(key: Array("a".utf8), modRevision: 3))
        let events = [put("a", "1", at: 1), put("b", "2", at: 2), deletion, put("c", "4", at: 4), put("c", "5", at: 5)]
        let last = EtcdWatch.last(of: events + [Mvccpb_Event()])
        #expect(last.map { String(decoding: $0.key, as: UTF8.self) } == ["a", "b", "c"])
        #expect(last.map { String(decoding: $0.value, as: UTF8.self) } == ["", "2", "5"])
    }
}
