// SPDX-License-Identifier: Apache-2.0

/// Whether and when a call is tried again (gRFC A6).
public struct RetryPolicy: Sendable, Hashable {
    package struct Retry: Sendable, Hashable {
        package var attempts: Int
        package var codes: Set<StatusCode>
        package var initialBackoff: Duration
        package var maxBackoff: Duration
        package var multiplier: Double
    }

    package struct Hedging: Sendable, Hashable {
        package var attempts: Int
        package var delay: Duration
        package var nonFatal: Set<StatusCode>
    }

    package enum Kind: Sendable, Hashable {
        case none
        case retry(Retry)
        case hedge(Hedging)
    }

    package let kind: Kind

    /// Every call has one attempt.
    public static let none = RetryPolicy(kind: .none)

    /// One attempt after the other, as long as each ends with one of `codes`.
    /// - Parameters:
    ///   - attempts: how many in all, 2 or more; a channel makes 5 at most.
    ///   - codes: not none.
    ///   - initialBackoff: the wait before the second attempt, give or take a fifth; above 0, as is `maxBackoff`.
    ///   - multiplier: by what each wait is longer than the one before; above 0.
    public static func retry(
        attempts: Int, on codes: Set<StatusCode> = [.unavailable], initialBackoff: Duration = .milliseconds(100),
        maxBackoff: Duration = .seconds(1), multiplier: Double = 1.6
    ) -> RetryPolicy {
        RetryPolicy(
            kind: .retry(
                Retry(
                    attempts: attempts, codes: codes, initialBackoff: initialBackoff, maxBackoff: maxBackoff,
                    multiplier: multiplier)))
    }

    /// Several attempts at the same time; the first that is successful counts.
    /// - Parameters:
    ///   - attempts: how many in all, 2 or more; a channel makes 5 at most.
    ///   - delay: from one to the next; 0: all at once.
    ///   - nonFatal: the codes that do not end the call as long as other attempts may do better.
    public static func hedge(
        attempts: Int, every delay: Duration = .zero, nonFatal: Set<StatusCode> = []
    ) -> RetryPolicy {
        RetryPolicy(kind: .hedge(Hedging(attempts: attempts, delay: delay, nonFatal: nonFatal)))
    }
}

// MARK: in configs

extension RetryPolicy {
    private static let attempts = 2...Int(UInt32.max)
    private static let longest = Duration.seconds(315_576_000_000)

    /// The `retryPolicy` or `hedgingPolicy` of a `methodConfig`; `nil` without either.
    static func read(_ fields: inout ConfigFields) throws(ConfigurationError) -> RetryPolicy? {
        let (retry, hedging) = (try fields.object("retryPolicy"), try fields.object("hedgingPolicy"))
        if retry != nil, hedging != nil {
            throw fields.problem("has a retryPolicy and a hedgingPolicy: expected one of them")
        }
        if var retry { return try self.retry(&retry) }
        if var hedging { return try self.hedging(&hedging) }
        return nil
    }

    private static func retry(_ fields: inout ConfigFields) throws(ConfigurationError) -> RetryPolicy {
        let policy = RetryPolicy.retry(
            attempts: try fields.int("maxAttempts", required: attempts),
            on: try codes("retryableStatusCodes", &fields),
            initialBackoff: try fields.duration("initialBackoff", default: .zero, in: .zero...longest),
            maxBackoff: try fields.duration("maxBackoff", default: .zero, in: .zero...longest),
            multiplier: try fields.double("backoffMultiplier", default: 0, in: 0 ... .greatestFiniteMagnitude))
        if let problem = policy.problem { throw fields.problem(problem) }
        return policy
    }

    private static func hedging(_ fields: inout ConfigFields) throws(ConfigurationError) -> RetryPolicy {
        .hedge(
            attempts: try fields.int("maxAttempts", required: attempts),
            every: try fields.duration("hedgingDelay", default: .zero, in: .zero...longest),
            nonFatal: try codes("nonFatalStatusCodes", &fields))
    }

    /// By name, in any case, or by number.
    private static func codes(
        _ name: String, _ fields: inout ConfigFields
    ) throws(ConfigurationError) -> Set<StatusCode> {
        var codes: Set<StatusCode> = []
        for (index, value) in try fields.array(name).enumerated() {
            let code: StatusCode? =
                switch value.content {
                case .string(let text): StatusCode(name: text)
                case .integer(let number): UInt8(exactly: number).flatMap(StatusCode.init(rawValue:))
                default: nil
                }
            guard let code else {
                throw fields.problem("\(name)[\(index)]", value, "a status code such as UNAVAILABLE")
            }
            codes.insert(code)
        }
        return codes
    }

    /// What the ranges of its fields do not say; `nil` if nothing is wrong.
    private var problem: String? {
        guard case .retry(let retry) = kind else { return nil }
        if retry.codes.isEmpty { return "retryableStatusCodes is empty: expected at least one" }
        for (name, backoff) in [("initialBackoff", retry.initialBackoff), ("maxBackoff", retry.maxBackoff)]
        where backoff == .zero {
            return "\(name) is 0s: expected more than 0s"
        }
        return retry.multiplier > 0 ? nil : "backoffMultiplier is \(retry.multiplier): expected a number above 0"
    }

    /// What is read as this; `nil` if it is none.
    var retryPolicy: JSONValue.Content? {
        guard case .retry(let retry) = kind else { return nil }
        return .members([
            "maxAttempts": .integer(retry.attempts), "retryableStatusCodes": RetryPolicy.list(retry.codes),
            "initialBackoff": .duration(retry.initialBackoff), "maxBackoff": .duration(retry.maxBackoff),
            "backoffMultiplier": .double(retry.multiplier),
        ])
    }

    /// What is read as this; `nil` if it is none.
    var hedgingPolicy: JSONValue.Content? {
        guard case .hedge(let hedging) = kind else { return nil }
        return .members([
            "maxAttempts": .integer(hedging.attempts), "hedgingDelay": .duration(hedging.delay),
            "nonFatalStatusCodes": RetryPolicy.list(hedging.nonFatal),
        ])
    }

    private static func list(_ codes: Set<StatusCode>) -> JSONValue.Content {
        .list(codes.map { .integer(Int($0.rawValue)) })
    }
}
