// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

enum AnyText {
    /// What to say of a type URL that the options' types do not have.
    static func unknown(_ url: String) -> String {
        let found = JSONValue.quoted(url.count <= 200 ? url : "\(url.prefix(197))...")
        return "expected a type URL with a slash and a type that is among the options' types, found \(found)"
            + " (add the message's type, as in types: [MyMessage.self])"
    }
}
