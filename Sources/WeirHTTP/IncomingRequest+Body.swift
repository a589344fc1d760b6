import HTTPServing
import Weir

extension IncomingRequest {
    /// The whole body.
    ///
    /// - Parameter excess: what to say of one that is longer than `limit` bytes.
    func body(upTo limit: Int, orSay excess: String) async throws(MessageRefusal) -> [UInt8] {
        do throws(BodyError) {
            return try await body(upTo: limit)
        } catch {
            switch error {
            case .tooLarge: throw MessageRefusal(.tooLarge, excess)
            case .incomplete: throw MessageRefusal(.malformed, "the body ended early")
            case .overloaded: throw MessageRefusal(.queueFull, "no memory for the body now: send it again later")
            }
        }
    }
}
