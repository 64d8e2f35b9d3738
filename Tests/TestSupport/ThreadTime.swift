// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// For how long the calling thread has run: other work on the machine does not count.
package func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
