// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Google_Protobuf_Timestamp {
    /// The moment of `date`, rounded to the nearest nanosecond.
    ///
    /// A date before year 1 or after year 9999 becomes the first or the last moment that a timestamp can hold; one that
    /// is not a number becomes 1970-01-01T00:00:00Z.
    public init(date: Date) {
        let interval = date.timeIntervalSinceReferenceDate
        let range = Google_Protobuf_Timestamp.secondsRange
        guard interval > Double(range.lowerBound) - Date.timeIntervalBetween1970AndReferenceDate else {
            self.init(seconds: interval.isNaN ? 0 : range.lowerBound)
            return
        }
        guard interval < Double(range.upperBound + 1) - Date.timeIntervalBetween1970AndReferenceDate else {
            self.init(seconds: range.upperBound, nanos: 999_999_999)
            return
        }
        // The fraction is taken before the step from 2001, Date's own origin, to 1970: that step would round it.
        let second = interval.rounded(.down)
        self.init(
            normalizing: Int64(second + Date.timeIntervalBetween1970AndReferenceDate),
            nanoseconds: Int64(((interval - second) * 1e9).rounded()))
    }

    /// The moment as a `Date`, to its precision: about 0.1 microseconds in this century, 30 in year 9999.
    ///
    /// A date made into a timestamp and back is the same date, but for less than a nanosecond within three months
    /// of 2001-01-01, where `Date` is finer than that.
    public var date: Date {
        let second = Double(seconds) - Date.timeIntervalBetween1970AndReferenceDate
        return Date(timeIntervalSinceReferenceDate: second + Double(nanos) / 1e9)
    }
}
