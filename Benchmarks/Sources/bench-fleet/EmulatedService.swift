// SPDX-License-Identifier: Apache-2.0
import BenchProtos
import Foundation
import Skein
import Synchronization

/// A greeter whose calls take as long as their work takes in a shared queue.
struct EmulatedService: Helloworld_Greeter.Service {
    private let queue: SharedQueue
    private let demand: Demand

    init(queue: SharedQueue, demand: Double, seed: UInt64) {
        self.queue = queue
        self.demand = Demand(mean: demand, seed: seed)
    }

    func sayHello(
        _ request: Helloworld_HelloRequest, context: ServerContext
    ) async throws -> Helloworld_HelloReply {
        await queue.serve(demand.draw())
        return Helloworld_HelloReply(message: request.name)
    }
}

/// Normal with a deviation as large as its centre, and never negative: the same as in the lab.
final class Demand: Sendable {
    private static let truncatedMean = 1.287_599_970
    private let mean: Double
    private let random: Mutex<Random>

    init(mean: Double, seed: UInt64) {
        self.mean = mean
        random = Mutex(Random(seed: seed))
    }

    func draw() -> Double {
        random.withLock { random in
            while true {
                let value = 1 + random.normal()
                if value > 0 { return value * mean / Demand.truncatedMean }
            }
        }
    }
}

/// SplitMix64, so that a run can be repeated.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// In 0..<1, and never 0.
    mutating func unit() -> Double { max(Double.random(in: 0..<1, using: &self), 1e-18) }

    mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }

    mutating func exponential(mean: Double) -> Double { -mean * log(unit()) }
}
