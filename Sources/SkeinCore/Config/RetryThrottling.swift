// SPDX-License-Identifier: Apache-2.0

/// When a channel stops to retry because too many calls fail (gRFC A6).
public struct RetryThrottling: Sendable, Hashable {
    /// What the count of tokens starts with, and does not exceed: a whole number from 1 to 1000. A failure takes one;
    /// with half of them gone nothing is retried.
    public var maxTokens: Double
    /// What a success gives back; above 0. Decimals after the third are dropped.
    public var tokenRatio: Double

    public init(maxTokens: Double, tokenRatio: Double) {
        self.maxTokens = maxTokens
        self.tokenRatio = tokenRatio
    }

    init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        maxTokens = Double(try fields.int("maxTokens", required: 1...1000))
        let ratio = try fields.double("tokenRatio", default: 0, in: 0 ... .greatestFiniteMagnitude)
        tokenRatio = (ratio * 1000).rounded(.towardZero) / 1000
        guard tokenRatio > 0 else { throw fields.problem("tokenRatio is \(ratio): expected 0.001 or more") }
    }

    /// What is read as this.
    var json: JSONValue.Content {
        .members([
            "maxTokens": Int(exactly: maxTokens).map(JSONValue.Content.integer) ?? .double(maxTokens),
            "tokenRatio": .double(tokenRatio),
        ])
    }
}
