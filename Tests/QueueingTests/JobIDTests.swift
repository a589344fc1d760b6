import Queueing
import TestSupport
import Testing

@Suite struct JobIDTests {
    @Test(
        arguments: [
            (0, "0000000000000"),
            (1, "0000000000001"),
            (31, "000000000000z"),
            (32, "0000000000010"),
            (0x0123_4567_89AB_CDEF, "028t5cy4tqkff"),
            (.max, "fzzzzzzzzzzzz"),
        ] as [(UInt64, String)]
    )
    func `an id is written in base 32 and read back`(rawValue: UInt64, text: String) {
        #expect(JobID(rawValue: rawValue).description == text)
        #expect(JobID(text) == JobID(rawValue: rawValue))
        #expect(JobID(text.uppercased()) == JobID(rawValue: rawValue))
        #expect(JobID("-\(text)-".dropFirst().dropLast()) == JobID(rawValue: rawValue))
    }

    @Test(
        arguments: [
            "", "0", "000000000000", "00000000000000", "g000000000000", "zzzzzzzzzzzzz", "000000000000i",
            "00000000000l0",
            "0000000o00000", "000000u000000", "00000 0000000", "00000000000é", "-000000000001", "0000000000001\n",
        ]
    )
    func `what is not an id is not read`(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test func `ids sort alike as numbers and as text`() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<2000).map { _ in
            JobID(rawValue: generator.next() >> UInt64.random(in: 0..<64, using: &generator))
        }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
        #expect(ids.allSatisfy { JobID($0.description) == $0 })
    }
}
