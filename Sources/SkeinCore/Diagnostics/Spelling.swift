// SPDX-License-Identifier: Apache-2.0

/// Finds what a misspelt word was meant to be.
package enum Spelling {
    /// The candidate nearest to `word`, ignoring case: at most one edit (a letter added, dropped, replaced, or two
    /// neighbours swapped) for each three letters of `word`, and at least one allowed. The first of equals; `nil`
    /// when none is that near.
    package static func nearest(_ word: String, in candidates: [String]) -> String? {
        let letters = Array(word.lowercased())
        let limit = max(1, letters.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased())
            guard abs(other.count - letters.count) <= limit else { continue }
            let distance = distance(letters, other)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ` (did you mean "x"?)` for an error message, or nothing.
    package static func hint(for word: String, in candidates: [String]) -> String {
        nearest(word, in: candidates).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    /// The number of edits between two words: one row of the table for each letter of `a`, three kept.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
                row.append(edits)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
