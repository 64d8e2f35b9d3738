// SPDX-License-Identifier: Apache-2.0
internal import CSkein
internal import SkeinCore

/// Which of two servers that reported their load is the better one.
enum LoadRule: Sendable {
    /// Of those that are not hot the one with the lowest latency, in steps of 2; else the one with the fewest calls in
    /// flight (Prequal's hot-cold lexicographic rule).
    case hotCold
    /// Of those that are not hot the one where one more call would end first, in steps of 1.5 and then by the calls in
    /// flight; else the one with the fewest.
    case expectedDelay

    /// - Parameters:
    ///   - expected: seconds that one more call would take, as the report lets expect.
    ///   - inFlight: calls in flight there, including those the report did not know of.
    ///   - hot: more calls in flight than so many are hot.
    ///   - measured: seconds that this channel's calls take there, if it knows: no server is believed to be more than 8
    ///     times as fast or as slow.
    func rank(_ expected: Float, inFlight: Int, hot: Int, measured: Float? = nil) -> LoadRank {
        guard inFlight <= hot else { return LoadRank(isHot: true, delayStep: 0, inFlight: inFlight) }
        let seconds = believable(expected, measured)
        let step =
            switch self {
            case .hotCold: skein_log2(seconds)
            case .expectedDelay: skein_log2(seconds) * LoadRule.stepsOfOneAndAHalf
            }
        return LoadRank(isHot: false, delayStep: Int(step.rounded(.down)), inFlight: inFlight)
    }

    /// Seconds that one more call would take, as the server's report lets expect.
    func expected(_ load: ServerLoad, inFlight: Int) -> Float {
        switch self {
        case .hotCold: max(load.latency, 1e-9)
        case .expectedDelay: max(load.serviceTime, 1e-9) * max(1, Float(inFlight + 1) / Float(load.parallelism))
        }
    }

    private func believable(_ delay: Float, _ measured: Float?) -> Float {
        measured.map { min(max(delay, $0 / 8), $0 * 8) } ?? delay
    }

    /// 1 / log2(1.5)
    private static let stepsOfOneAndAHalf: Float = 1.709_511_3
}

/// A server's place in the order of a `LoadRule`: lower is better.
struct LoadRank: Comparable {
    let isHot: Bool
    let delayStep: Int
    let inFlight: Int

    static func < (a: LoadRank, b: LoadRank) -> Bool {
        if a.isHot != b.isHot { return b.isHot }
        return a.delayStep != b.delayStep ? a.delayStep < b.delayStep : a.inFlight < b.inFlight
    }
}
