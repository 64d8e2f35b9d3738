// SPDX-License-Identifier: Apache-2.0

/// Streams in order of arrival, linked through themselves. The list retains its members; a stream is in one at a time.
struct StreamList {
    enum Membership { case none, live, pending }

    let membership: Membership
    private(set) var count = 0
    private var head: Unmanaged<HTTP2Stream>?
    private var tail: Unmanaged<HTTP2Stream>?

    init(_ membership: Membership) { self.membership = membership }

    var first: HTTP2Stream? { head?.takeUnretainedValue() }

    var last: HTTP2Stream? { tail?.takeUnretainedValue() }

    mutating func append(_ stream: HTTP2Stream) {
        let link = Unmanaged.passRetained(stream)
        stream.membership = membership
        stream.previous = tail
        stream.next = nil
        if let tail { tail.takeUnretainedValue().next = link } else { head = link }
        tail = link
        count += 1
    }

    mutating func remove(_ stream: HTTP2Stream) {
        guard stream.membership == membership else { return }
        let previous = stream.previous?.takeUnretainedValue()
        let next = stream.next?.takeUnretainedValue()
        if let previous { previous.next = stream.next } else { head = stream.next }
        if let next { next.previous = stream.previous } else { tail = stream.previous }
        stream.previous = nil
        stream.next = nil
        stream.membership = .none
        count -= 1
        Unmanaged.passUnretained(stream).release()
    }

    /// Visits all, in order. `body` may remove the stream it gets.
    func visit(_ body: (HTTP2Stream) -> Void) {
        var link = head
        while let stream = link?.takeUnretainedValue() {
            link = stream.next
            body(stream)
        }
    }

    /// By walking: for rare events on streams that the library does not know (any more).
    func first(withID id: Int32) -> HTTP2Stream? {
        var link = head
        while let stream = link?.takeUnretainedValue() {
            if stream.id == id { return stream }
            link = stream.next
        }
        return nil
    }
}
