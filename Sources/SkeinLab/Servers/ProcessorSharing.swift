// SPDX-License-Identifier: Apache-2.0

/// Jobs that share a server's cores: each runs on one core while there are enough, and on its equal share of them all
/// when there are not.
///
/// `progress` is the work that a job present all along would have had done; a job ends when it has grown by the job's
/// demand, so that an arrival or a departure costs O(log jobs).
package struct ProcessorSharing: Sendable {
    /// A job that is present; never used twice.
    package struct Job: Sendable, Hashable {
        fileprivate let number: UInt64
        /// What it was started with.
        package let owner: UInt32
    }

    private var ends = EventHeap<Job>()
    /// Cancelled, and in `ends` still.
    private var gone: Set<Job> = []
    private var started: UInt64 = 0
    private var progress = 0.0
    private var updated = 0.0
    /// Jobs present.
    package private(set) var jobs = 0
    /// Work done, in seconds of a core of speed 1.
    package private(set) var done = 0.0
    /// Work that could have been done.
    package private(set) var possible = 0.0
    /// How many jobs run without slowing each other.
    package private(set) var cores: Double
    /// Of one core.
    package private(set) var speed: Double

    package init(cores: Double, speed: Double = 1) {
        self.cores = cores
        self.speed = speed
    }

    /// What one job gets done in a second.
    private var rate: Double {
        let crowd = Double(jobs)
        return crowd <= cores ? speed : speed * cores / crowd
    }

    package mutating func advance(to time: Double) {
        let step = max(0, time - updated) * rate
        progress += step
        done += step * Double(jobs)
        possible += max(0, time - updated) * speed * cores
        updated = time
    }

    package mutating func set(cores: Double, speed: Double, at time: Double) {
        advance(to: time)
        self.cores = max(cores, 1e-6)
        self.speed = max(speed, 1e-6)
    }

    package mutating func start(for owner: UInt32, demand: Double, at time: Double) -> Job {
        advance(to: time)
        let job = Job(number: started, owner: owner)
        started += 1
        ends.add(job, at: progress + max(demand, 1e-9))
        jobs += 1
        return job
    }

    /// Takes out a job that is present and not over.
    package mutating func cancel(_ job: Job, at time: Double) {
        advance(to: time)
        gone.insert(job)
        jobs -= 1
    }

    /// When the next job is over if nothing else happens; never, when there is none.
    package mutating func nextEnd() -> Double {
        dropGone()
        guard jobs > 0 else { return .infinity }
        return updated + max(0, ends.nextTime - progress) / rate
    }

    /// The owner of the next job that is over at `time`.
    package mutating func finish(at time: Double) -> UInt32? {
        advance(to: time)
        dropGone()
        guard jobs > 0, ends.nextTime <= progress + 1e-10 else { return nil }
        jobs -= 1
        return ends.next()?.event.owner
    }

    /// Takes out every job: their owners.
    package mutating func clear(at time: Double) -> [UInt32] {
        advance(to: time)
        var all: [UInt32] = []
        while let next = ends.next() { if gone.remove(next.event) == nil { all.append(next.event.owner) } }
        jobs = 0
        return all
    }

    private mutating func dropGone() {
        while !gone.isEmpty, let first = ends.first, gone.remove(first) != nil { _ = ends.next() }
    }
}
