// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinProtobuf

@Suite(.timeLimit(.minutes(2)))
struct CivilDateTests {
    @Test("the days of 800 years follow each other", arguments: [-719_162, -150_000, 0, 2_700_000])
    func successive(start: Int) {
        var previous = CivilDate(daysSinceEpoch: start - 1)
        for days in start..<start + 2 * 146_097 {
            let date = CivilDate(daysSinceEpoch: days)
            let isNext =
                date == CivilDate(year: previous.year, month: previous.month, day: previous.day + 1)
                || date == CivilDate(year: previous.year, month: previous.month + 1, day: 1)
                || date == CivilDate(year: previous.year + 1, month: 1, day: 1) && previous.month == 12
            if !isNext || date.daysSinceEpoch != days || !date.isValid {
                Issue.record("\(previous) is followed by \(date)")
                return
            }
            previous = date
        }
    }

    @Test(
        "known days have their place",
        arguments: [
            (1970, 1, 1, 0), (2000, 2, 29, 11_016), (1, 1, 1, -719_162), (9999, 12, 31, 2_932_896), (1969, 12, 31, -1),
            (2100, 3, 1, 47_541),
        ])
    func known(year: Int, month: Int, day: Int, days: Int) {
        #expect(CivilDate(year: year, month: month, day: day).daysSinceEpoch == days)
        #expect(CivilDate(daysSinceEpoch: days) == CivilDate(year: year, month: month, day: day))
    }

    @Test(
        "days that the calendar does not have are not valid",
        arguments: [
            (1900, 2, 29), (2001, 2, 29), (2000, 2, 30), (2000, 4, 31), (2000, 0, 1), (2000, 13, 1), (2000, 1, 0),
        ])
    func invalid(year: Int, month: Int, day: Int) {
        #expect(!CivilDate(year: year, month: month, day: day).isValid)
    }
}
