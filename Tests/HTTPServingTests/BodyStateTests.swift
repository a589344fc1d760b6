import NIOCore
import Testing

@testable import HTTPServing

@Suite struct BodyStateTests {
    private let piece = ByteBuffer(repeating: 97, count: 64 * 1024)

    @Test(arguments: [(false, 16), (true, 192)])
    func `what is buffered of a body has a limit`(isStreaming: Bool, kilobytes: Int) {
        var state = BodyState(received: ByteBuffer(), declaredLength: 1 << 24, unclaimed: 16 * 1024, isBudgeted: true)
        let isClaimed = isStreaming && state.claimForStreaming()
        #expect(isClaimed == isStreaming)
        var count = 0
        repeat {
            state.append(piece)
            count += piece.readableBytes
        } while state.goesOn()
        #expect(count >= kilobytes * 1024)
        #expect(count <= (kilobytes + 64) * 1024)
    }

    @Test func `a drained stream is read on, and not before`() {
        var state = BodyState(received: ByteBuffer(), declaredLength: 1 << 24, unclaimed: 0, isBudgeted: true)
        let isClaimed = state.claimForStreaming()
        #expect(isClaimed)
        repeat { state.append(piece) } while state.goesOn()
        let resumptions = [10, .max, .max].map { state.read(upTo: $0, orWake: {}).resumes }
        #expect(resumptions == [false, true, false])
    }
}
