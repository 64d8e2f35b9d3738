// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinLab

struct ProcessorSharingTests {
    /// When each job ends, by owner.
    private func ends(_ server: inout ProcessorSharing) -> [UInt32: Double] {
        var ends: [UInt32: Double] = [:]
        while case let time = server.nextEnd(), time < .infinity {
            while let owner = server.finish(at: time) { ends[owner] = time }
        }
        return ends
    }

    @Test("jobs run at full speed up to the cores, and share them beyond")
    func sharing() throws {
        var server = ProcessorSharing(cores: 2, speed: 1)
        for owner in 0..<4 { _ = server.start(for: UInt32(owner), demand: owner < 2 ? 1 : 2, at: 0) }
        let ends = ends(&server)
        // Four on two cores: half speed until two end at 2, then full speed.
        #expect(abs(try #require(ends[0]) - 2) < 1e-9)
        #expect(abs(try #require(ends[3]) - 3) < 1e-9)
        #expect(abs(server.done - 6) < 1e-9)
        #expect(server.jobs == 0)
    }

    @Test("a job that is cancelled leaves its share to the others, and never ends")
    func cancelling() throws {
        var server = ProcessorSharing(cores: 1, speed: 1)
        let first = server.start(for: 1, demand: 1, at: 0)
        _ = server.start(for: 2, demand: 2, at: 0)
        server.cancel(first, at: 1)
        let ends = ends(&server)
        #expect(ends.count == 1)
        #expect(abs(try #require(ends[2]) - 2.5) < 1e-9)
    }

    @Test("a change of capacity counts from then on")
    func capacity() throws {
        var server = ProcessorSharing(cores: 1, speed: 1)
        _ = server.start(for: 1, demand: 2, at: 0)
        server.set(cores: 1, speed: 0.5, at: 1)
        #expect(abs(try #require(ends(&server)[1]) - 3) < 1e-9)
        #expect(abs(server.possible - 2) < 1e-9)
    }

    @Test("clearing gives back all that run, not those cancelled")
    func clearing() {
        var server = ProcessorSharing(cores: 1, speed: 1)
        let jobs = (1...3).map { server.start(for: $0, demand: 1, at: 0) }
        server.cancel(jobs[1], at: 0.5)
        #expect(server.clear(at: 0.6).sorted() == [1, 3])
        #expect(server.nextEnd() == .infinity)
    }
}
