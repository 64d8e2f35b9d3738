// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How much of something a test does: `standard`, unless the environment `variable` says otherwise.
package func amount(_ variable: String, _ standard: Int) -> Int {
    ProcessInfo.processInfo.environment[variable].flatMap { UInt32($0) }.map(Int.init) ?? standard
}
