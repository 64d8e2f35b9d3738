// SPDX-License-Identifier: Apache-2.0
internal import Testing

@testable internal import SkeinResolution

@Suite("When a watched file is read", .timeLimit(.minutes(2)))
struct FileWatchTests {
    @Test(
        "at once the first time, then when it has changed and rests",
        arguments: [
            // Each look at the file as a version, nil when it is missing; and at which looks it is read.
            ([1, 1, 1], [0]), ([1, 2, 2, 2], [0, 2]), ([1, 2, 3, 4, 4], [0, 4]), ([1, 2, 1, 1], [0]),
            ([nil, nil], [0]),
            ([nil, 1, 1], [0, 2]), ([1, nil, 2, 2], [0, 3]), ([1, nil, nil, 1, 1], [0, 2, 4]),
        ] as [([Int?], [Int])])
    func looks(versions: [Int?], reads: [Int]) {
        var watch = FileWatch()
        let read = versions.indices.filter { watch.shouldRead(versions[$0].map { FileSignature(size: $0) }) }
        #expect(read == reads)
    }
}
