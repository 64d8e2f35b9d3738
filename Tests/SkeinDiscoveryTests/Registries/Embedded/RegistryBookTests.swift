// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("what an embedded registry knows")
struct RegistryBookTests {
    private var book = RegistryBook(.init(changes: 4, instances: 3, name: 8), firstLease: 100)

    private func instance(_ id: String, _ service: String = "s", port: Int = 1) -> ServiceInstance {
        ServiceInstance(service: service, id: id, host: "h", port: port)
    }

    @Test("instances come with a lease, go when it is over, and stay as long as it is renewed")
    mutating func leases() throws {
        let a = try book.register(instance("a"), ttl: .seconds(2), at: .seconds(0))
        _ = try book.register(instance("b"), ttl: .seconds(3), at: .seconds(0))
        let steps = [
            book.renew(a, at: .seconds(1)), book.expire(at: .milliseconds(2999)), book.expire(at: .seconds(3)),
            book.renew(a, at: .seconds(3)), book.deregister(a),
        ]
        #expect(steps == [true, false, true, false, false])
        #expect(book.instances(of: "s").isEmpty)
        #expect(book.nextExpiry == nil)
    }

    @Test("one that registers again replaces itself, and its former lease is no more")
    mutating func again() throws {
        let former = try book.register(instance("a"), ttl: .seconds(2), at: .zero)
        let lease = try book.register(instance("a", port: 2), ttl: .seconds(2), at: .zero)
        #expect(book.instances(of: "s").map(\.port) == [2])
        let steps = [book.deregister(former), book.renew(former, at: .zero), book.deregister(lease)]
        #expect(steps == [false, false, true])
        #expect(book.allLeases.isEmpty)
    }

    @Test("changes since a revision are the last of each instance of the service")
    mutating func changes() throws {
        let start = book.revision
        let a = try book.register(instance("a"), ttl: .seconds(2), at: .zero)
        _ = try book.register(instance("x", "t"), ttl: .seconds(2), at: .zero)
        _ = try book.register(instance("b"), ttl: .seconds(2), at: .zero)
        _ = try book.register(instance("b", port: 2), ttl: .seconds(2), at: .zero)
        _ = book.deregister(a)
        let changes = try #require(book.changes(of: "s", after: start))
        #expect(changes.updated.map(\.port) == [2])
        #expect(changes.removed == ["a"])
        #expect(changes.revision == book.revision)
        #expect(book.changes(of: "s", after: book.revision) == RegistryBook.Changes(revision: book.revision))
    }

    @Test("a revision whose history is forgotten, or that never was, has no changes")
    mutating func forgotten() throws {
        for _ in 0..<20 { _ = try book.register(instance("a"), ttl: .seconds(2), at: .zero) }
        #expect(book.changes(of: "s", after: 0) == nil)
        #expect(book.changes(of: "s", after: book.revision + 1) == nil)
        #expect(book.changes(of: "s", after: .max) == nil)
        // At least as many as the limit says are remembered.
        #expect(book.changes(of: "s", after: book.revision - 4)?.updated.count == 1)
    }

    @Test("what is too much, too long or without sense is refused")
    mutating func limits() throws {
        for id in ["a", "b", "c"] { _ = try book.register(instance(id), ttl: .seconds(2), at: .zero) }
        // One that is there already is not one more.
        _ = try book.register(instance("a"), ttl: .seconds(2), at: .zero)
        let wrong: [(ServiceInstance, Duration, StatusCode)] = [
            (instance("d"), .seconds(2), .resourceExhausted), (instance(""), .seconds(2), .invalidArgument),
            (instance("123456789"), .seconds(2), .invalidArgument),
            (instance("a", ""), .seconds(2), .invalidArgument), (instance("a"), .zero, .invalidArgument),
            (instance("a"), .seconds(1_000_000), .invalidArgument),
            (instance("a"), .milliseconds(-1), .invalidArgument),
        ]
        for (instance, ttl, code) in wrong {
            var book = book
            do throws(RPCError) {
                _ = try book.register(instance, ttl: ttl, at: .zero)
                Issue.record("\(instance) was taken")
            } catch {
                #expect(error.code == code)
            }
        }
    }
}
