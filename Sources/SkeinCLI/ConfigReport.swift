// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinBalancing
import SkeinCore

/// What there is to say about a service config in a file.
struct ConfigReport {
    let file: String
    /// Whether what has no effect is an error.
    let isStrict: Bool

    var diagnostics: [Diagnostic] {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            return [Diagnostic(file: file, message: "read the config: \(error.localizedDescription)")]
        }
        let json: JSONValue
        do { json = try JSONValue(parsing: text) } catch { return [Diagnostic(file: file, message: "\(error)")] }
        let check = ServiceConfigCheck(json, .builtIn)
        var diagnostics = check.warnings.map {
            Diagnostic(severity: isStrict ? .error : .warning, file: file, message: "\($0)")
        }
        if case .failure(let error) = check.config { diagnostics.append(Diagnostic(file: file, message: "\(error)")) }
        return diagnostics
    }
}
