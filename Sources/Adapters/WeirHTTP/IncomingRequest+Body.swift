import HTTPServing
import Weir

extension IncomingRequest {
    /// The whole body of a request to Weir's own API: every path under /v1 reads it here.
    ///
    /// - Parameter excess: what to say of one that is longer than `limit` bytes.
    func body(upTo limit: Int, orSay excess: String) async throws(MessageRefusal) -> [UInt8] {
        let codings = headerList("content-encoding").filter { $0.lowercased() != "identity" }
        guard codings.isEmpty else {
            throw MessageRefusal(
                .unsupportedMediaType,
                "a body is taken as it is: send it without Content-Encoding",
                field: "Content-Encoding"
            )
        }
        do throws(BodyError) {
            return try await body(upTo: limit)
        } catch {
            switch error {
            case .tooLarge: throw MessageRefusal(.tooLarge, excess)
            case .incomplete: throw MessageRefusal(.malformed, "the body ended early")
            case .overloaded:
                throw MessageRefusal(
                    .overloaded,
                    "bodies take as much memory as they may: nothing was accepted",
                    retryAfter: .seconds(1)
                )
            }
        }
    }
}
