import Testing

@testable import CurlTransport

/// How many connections libcurl may keep open.
@Suite struct KeptConnectionsTests {
    private let start = ContinuousClock.now
    private let window = KeptConnections.window

    @Test func `as many are kept as were in use together of late, and no fewer than a handful`() {
        var kept = KeptConnections(most: 1000, at: start)
        #expect(kept.limit == 64)
        #expect(kept.observe(inUse: 50, at: start) == nil)
        #expect(kept.observe(inUse: 700, at: start + .seconds(1)) == 700)
        #expect(kept.observe(inUse: 5000, at: start + .seconds(2)) == 1000)
    }

    @Test(arguments: [1, 1.9])
    func `a burst is forgotten when nobody has come near it for two windows`(windows: Double) {
        var kept = KeptConnections(most: 1000, at: start)
        _ = kept.observe(inUse: 700, at: start + window * 0.9)
        #expect(kept.observe(inUse: 2, at: start + window * windows) == nil)
        #expect(kept.observe(inUse: 2, at: start + window * (windows + 1)) == 64)
    }

    @Test func `a burst before a long quiet time is no reason to keep connections`() {
        var kept = KeptConnections(most: 1000, at: start)
        _ = kept.observe(inUse: 700, at: start)
        #expect(kept.observe(inUse: 1, at: start + .seconds(3600)) == 64)
    }

    @Test func `a limit below the handful is kept to`() {
        var kept = KeptConnections(most: 8, at: start)
        #expect(kept.limit == 8)
        #expect(kept.observe(inUse: 8, at: start) == nil)
    }
}
