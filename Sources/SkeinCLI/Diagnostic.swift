// SPDX-License-Identifier: Apache-2.0

/// One line of a report, in the form that editors and build systems take from compilers.
struct Diagnostic: Equatable, Sendable, CustomStringConvertible {
    enum Severity: String, Sendable {
        case error
        case warning
        case note
    }

    struct Position: Equatable, Sendable {
        var line: Int
        var column: Int
    }

    var severity = Severity.error
    var file: String?
    var position: Position?
    var message: String

    var description: String {
        var place = ""
        if let file { place += "\(file):" }
        if let position { place += "\(position.line):\(position.column):" }
        return place.isEmpty ? "\(severity.rawValue): \(message)" : "\(place) \(severity.rawValue): \(message)"
    }
}
