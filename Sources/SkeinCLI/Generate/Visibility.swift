// SPDX-License-Identifier: Apache-2.0

/// The access level of generated code.
enum Visibility: String, CaseIterable, Sendable {
    case `internal`
    case `package`
    case `public`

    /// As the generator is told.
    var pluginOption: String { "visibility=\(rawValue)" }
}
