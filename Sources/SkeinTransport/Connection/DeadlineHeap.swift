// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Something that a `DeadlineHeap` orders. It remembers its own place, so that leaving costs O(log n).
package protocol DeadlineHeapElement: AnyObject {
    associatedtype Instant: Comparable
    var deadlineInstant: Instant { get }
    /// -1 outside the heap. Written by the heap alone.
    var heapIndex: Int { get set }
}

/// The calls of a connection or the timers of a loop, soonest deadline first: a binary heap with removal.
package struct DeadlineHeap<Element: DeadlineHeapElement> {
    private var elements: [Element] = []

    package init() {}

    package var first: Element? { elements.first }
    package var isEmpty: Bool { elements.isEmpty }
    package var count: Int { elements.count }

    package mutating func insert(_ element: Element) {
        element.heapIndex = elements.count
        elements.append(element)
        siftUp(from: elements.count - 1)
    }

    package mutating func remove(_ element: Element) {
        let index = element.heapIndex
        guard index >= 0, index < elements.count, elements[index] === element else { return }
        element.heapIndex = -1
        let last = elements.removeLast()
        guard index < elements.count else { return }
        place(last, at: index)
        siftDown(from: index)
        siftUp(from: last.heapIndex)
    }

    private mutating func place(_ element: Element, at index: Int) {
        elements[index] = element
        element.heapIndex = index
    }

    private mutating func siftUp(from start: Int) {
        let element = elements[start]
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard element.deadlineInstant < elements[parent].deadlineInstant else { break }
            place(elements[parent], at: index)
            index = parent
        }
        place(element, at: index)
    }

    private mutating func siftDown(from start: Int) {
        let element = elements[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < elements.count else { break }
            if child + 1 < elements.count, elements[child + 1].deadlineInstant < elements[child].deadlineInstant {
                child += 1
            }
            guard elements[child].deadlineInstant < element.deadlineInstant else { break }
            place(elements[child], at: index)
            index = child
        }
        place(element, at: index)
    }
}
