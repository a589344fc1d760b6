import Foundation
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import Suppressing

/// The set in memory by itself.
@Suite struct SuppressionSetTests {
    private static let start = Timestamp(milliseconds: 1_795_190_400_000)

    private static func suppression(_ number: Int, app: String = "main", for duration: Duration = .seconds(60))
        -> Suppression
    {
        Suppression(
            app: app,
            recipient: "oia2TjuEGTNoeX76QEjQ\(number)",
            reach: .following,
            errcode: 43004,
            since: start,
            until: start + duration
        )
    }

    private static func key(_ of: Suppression) -> SuppressionSet.Key {
        SuppressionSet.Key(app: of.app, recipient: of.recipient, of.reach)
    }

    @Test func `it counts by app, whatever comes twice or goes twice`() {
        var set = SuppressionSet()
        #expect(set.isClear(app: "main"))
        for number in 0..<10 { set.insert(Self.suppression(number)) }
        for number in 0..<10 { set.insert(Self.suppression(number)) }
        set.insert(Self.suppression(1, app: "other"))
        #expect(set.count == 11 && set.countsByApp == ["main": 10, "other": 1])
        for _ in 0..<2 { set.remove(Self.suppression(1, app: "other")) }
        #expect(set.isClear(app: "other") && !set.isClear(app: "main") && set.count == 10)
    }

    @Test func `a time is kept to the second, and never ends early`() {
        var set = SuppressionSet()
        let long = Self.suppression(1, for: .milliseconds(1_500))
        set.insert(long)
        #expect(set.find(Self.key(long), at: Self.start + .milliseconds(1_499)) != nil)
        #expect(set.find(Self.key(long), at: Self.start + .milliseconds(2_000)) == nil)
    }

    @Test func `times beyond all measure do no harm`() {
        var set = SuppressionSet()
        for until in [Int64.min, -1, 0, .max] {
            var wild = Self.suppression(1)
            wild.until = Timestamp(milliseconds: until)
            wild.errcode = .max
            set.insert(wild)
            _ = set.find(Self.key(wild), at: Self.start)
        }
        #expect(set.count == 1)
        for _ in 0..<SuppressionSet.partCount { set.sweep(at: Timestamp(milliseconds: .max)) }
        #expect(set.count == 0)
    }

    /// The figure that stands in `SuppressionSet`.
    @Test func `a hundred thousand entries take what is said of them`() throws {
        // Other tests run beside it and take memory, too: the least of several growths is nearest to its own. It finds an entry that keeps
        // its openid, not a byte.
        var (sets, least) = ([SuppressionSet](), Int.max)
        for _ in 0..<5 {
            let before = try Self.residentBytes()
            var set = SuppressionSet()
            for number in 0..<100_000 { set.insert(Self.suppression(number)) }
            least = min(least, try Self.residentBytes() - before)
            #expect(set.count == 100_000)
            // Kept: what one gave back would not grow again.
            sets.append(set)
        }
        #expect(sets.count == 5 && least < 100_000 * 120, "\(least / 100_000) bytes an entry")
    }

    private static func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        let kilobytes = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return try #require(kilobytes) * 1024
    }
}
