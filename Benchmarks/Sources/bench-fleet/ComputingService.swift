// SPDX-License-Identifier: Apache-2.0
import BenchProtos
import Foundation
import Skein

/// A greeter whose calls compute, in steps between which others have their turn.
struct ComputingService: Helloworld_Greeter.Service {
    private static let step = 0.000_2
    private let demand: Demand

    init(demand: Double, seed: UInt64) { self.demand = Demand(mean: demand, seed: seed) }

    func sayHello(
        _ request: Helloworld_HelloRequest, context: ServerContext
    ) async throws -> Helloworld_HelloReply {
        var left = demand.draw()
        while left > 0 {
            ComputingService.compute(for: min(left, ComputingService.step))
            left -= ComputingService.step
            await Task.yield()
        }
        return Helloworld_HelloReply(message: request.name)
    }

    /// Uses so many seconds of a core.
    private static func compute(for seconds: Double) {
        let end = threadSeconds() + seconds
        while threadSeconds() < end {}
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
