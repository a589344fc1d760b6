/// What ``AccessTokenMachine/due(at:)`` asks its driver to do.
public enum TokenAction: Equatable, Sendable {
    /// Call `stable_token` with `force_refresh` false, and report the end with this fetch.
    case fetch(TokenFetch)
}
