// SPDX-License-Identifier: Apache-2.0

/// Something that is said of policies, as a number that must not be above a bound.
package struct LabClaim: Sendable {
    package let name: String
    package let bound: Double
    /// As a share of the bound: less than that above it says nothing.
    let noise: Double
    let value: @Sendable (ClaimBench) throws -> Double

    init(
        _ name: String, atMost bound: Double, noise: Double = 0,
        _ value: @escaping @Sendable (ClaimBench) throws -> Double
    ) {
        self.name = name
        self.bound = bound
        self.noise = noise
        self.value = value
    }

    package struct Verdict: Sendable, CustomStringConvertible {
        package let name: String
        package let value: Double
        package let bound: Double
        let noise: Double
        package var holds: Bool { value <= bound * (1 + noise) }
        fileprivate var word: String { value <= bound ? "yes" : holds ? "within noise" : "NO" }
        package var description: String { "\(name): \(figures.joined(separator: ", at most "))" }

        fileprivate var figures: [String] {
            [value, bound].map { LabReport.decimal($0, bound < 0.01 ? 4 : 3) }
        }
    }

    package func judge(on bench: ClaimBench) throws -> Verdict {
        Verdict(name: name, value: try value(bench), bound: bound, noise: noise)
    }

    package static func table(_ verdicts: [Verdict]) -> String {
        var table = MarkdownTable(["claim", "is", "at most", "holds"])
        for verdict in verdicts {
            table.add([verdict.name] + verdict.figures + [verdict.word])
        }
        return table.text
    }
}
