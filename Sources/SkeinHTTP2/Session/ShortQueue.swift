// SPDX-License-Identifier: Apache-2.0

/// A first-in, first-out queue that allocates nothing while it holds at most one element.
struct ShortQueue<Element> {
    private var front: Element?
    private var rest: [Element?] = []
    private var head = 0

    var count: Int { (front == nil ? 0 : 1) + rest.count - head }
    var isEmpty: Bool { front == nil }
    var first: Element? { front }

    mutating func append(_ element: Element) {
        if front == nil {
            front = element
        } else {
            rest.append(element)
        }
    }

    mutating func popFirst() -> Element? {
        guard let element = front else { return nil }
        front = nil
        guard head < rest.count else { return element }
        swap(&front, &rest[head])
        head += 1
        if head == rest.count {
            rest.removeAll(keepingCapacity: head <= 64)
            head = 0
        } else if head >= 64, head > rest.count / 2 {
            rest.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll() {
        front = nil
        rest = []
        head = 0
    }
}
