// SPDX-License-Identifier: Apache-2.0

/// When a channel stops to retry because too many calls fail (gRFC A6).
public struct RetryThrottling: Sendable, Hashable {
    static let tokens = 1.0...1000

    /// What the count of tokens starts with, and does not exceed: 1 to 1000. A failure takes one; with half of them gone
    /// nothing is retried.
    public var maxTokens: Double
    /// What a success gives back; above 0. Decimals after the third are dropped.
    public var tokenRatio: Double

    public init(maxTokens: Double, tokenRatio: Double) {
        self.maxTokens = maxTokens
        self.tokenRatio = tokenRatio
    }

    init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        let range = RetryThrottling.tokens
        let tokens = try fields.int("maxTokens", required: Int(range.lowerBound)...Int(range.upperBound))
        maxTokens = Double(tokens)
        let ratio = try fields.double("tokenRatio", default: 0, in: 0 ... .greatestFiniteMagnitude)
        tokenRatio = (ratio * 1000).rounded(.towardZero) / 1000
        if let problem { throw fields.problem(problem) }
    }

    /// What is wrong with it; `nil` if nothing is.
    var problem: String? {
        guard RetryThrottling.tokens.contains(maxTokens) else {
            return "maxTokens is \(maxTokens): expected 1 to 1000"
        }
        return tokenRatio >= 0.001 ? nil : "tokenRatio is \(tokenRatio): expected 0.001 or more"
    }
}
