import Testing
import Timekeeping

@testable import Telemetry

struct NewsFilterTests {
    @Test func `each piece of news goes through once a minute`() {
        let filter = NewsFilter()
        #expect(filter.isNews("a", at: .zero))
        #expect(!filter.isNews("a", at: .zero + .milliseconds(59_999)))
        #expect(filter.isNews("b", at: .zero + .seconds(1)))
        #expect(filter.isNews("a", at: .zero + .seconds(60)))
    }

    @Test func `it remembers so many, and then begins anew`() {
        let filter = NewsFilter()
        for number in 0..<NewsFilter.limit { #expect(filter.isNews("\(number)", at: .zero)) }
        #expect(!filter.isNews("0", at: .zero))
        #expect(filter.isNews("one more", at: .zero))
        #expect(filter.isNews("0", at: .zero))
    }
}
