import Testing

@testable import Dispatching
@testable import Intake
@testable import Weir

struct SharedPoolTests {
    @Test func `no client gets the last of it`() {
        let pool = SharedPool(size: 8)
        let taken = ["a", "b", "c", "d", "e"].map { client in
            var count = 0
            while pool.take(for: client) { count += 1 }
            return count
        }
        #expect(taken == [4, 2, 1, 1, 0])
        pool.giveBack(of: "a")
        #expect(!pool.take(for: "a") && pool.take(for: "e"))
    }

    @Test func `one alone may have all of it`() {
        let pool = SharedPool(size: 8)
        #expect(pool.take(8, for: "a", isAlone: true) && !pool.take(for: "a", isAlone: true))
        pool.giveBack(8, of: "a")
        #expect(pool.take(8, for: "b"))
    }

    @Test func `large amounts leave room as well`() {
        let pool = SharedPool(size: 48)
        #expect(pool.take(16, for: "a") && pool.take(16, for: "a") && !pool.take(1, for: "a"))
        #expect(pool.take(16, for: "b") && !pool.take(1, for: "c"))
    }
}
