// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a test client prints: whole lines, at once, even into a pipe.
enum Report {
    static func line(_ text: String) {
        print(text)
        fflush(nil)
    }
}
