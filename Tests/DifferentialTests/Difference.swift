// SPDX-License-Identifier: Apache-2.0
@testable import SkeinProtobuf

/// Another implementation, beside which ours is run.
enum Peer: String {
    case python = "Python"
    case swiftProtobuf = "swift-protobuf"
}

/// The differences that are known and meant to be; docs/messages.md explains them under "Verdict differences".
enum Difference: String, CaseIterable {
    case replacedText = "strings replaced by a later one that were not UTF-8"
    case longVarint = "tags or lengths of more than five bytes"
    case strangeEntry = "map entries with more than a key and a value"
    case zeroInGroup = "field numbers of zero in unknown groups"
    case legacyText = "proto2 strings that are not UTF-8"
    case unknownNumber = "numbers that a closed enum does not have, replaced by a later one"
    case unknownNumberInRun = "numbers that a closed enum does not have, in a run of values"
    case deepest = "as deep as allowed, not counting the outermost message"

    /// The one that explains why `peer` gives `verdict` where we accept or refuse; `nil` for what nothing explains.
    static func explain(_ made: Case, isAccepted: Bool, _ peer: Peer, _ verdict: Verdict) -> Difference? {
        let oddities = Oddity.find(in: made.bytes, Subject.all[made.subject].layout())
        let isLegacy = Subject.legacy.contains(Subject.all[made.subject].name)
        return switch (peer, isAccepted, verdict) {
        case (_, true, .refused) where oddities.contains(.invalidText): .replacedText
        case (.python, false, _) where oddities.contains(.invalidText) && isLegacy: .legacyText
        case (_, true, .different) where oddities.contains(.unknownNumber): .unknownNumber
        case (.swiftProtobuf, true, .different) where oddities.contains(.unknownNumberInRun): .unknownNumberInRun
        case (.swiftProtobuf, true, .refused) where oddities.contains(.deepest): .deepest
        case (.swiftProtobuf, false, _) where oddities.contains(.longVarint): .longVarint
        case (.swiftProtobuf, _, _) where oddities.contains(.strangeEntry): .strangeEntry
        case (.python, true, .different) where oddities.contains(.strangeEntry): .strangeEntry
        case (.python, false, _) where oddities.contains(.strangeEntry): .strangeEntry
        case (.python, false, _) where oddities.contains(.zeroInGroup): .zeroInGroup
        default: nil
        }
    }
}
