@testable import Dispatching
@testable import Weir

/// An upload of which nothing is ever read.
struct FakeUpload: StreamedBody {
    var length: Int

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        .later
    }
}
