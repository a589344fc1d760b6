/// Paths whose health is watched together: there is a circuit breaker for each app, host and group. The raw values are
/// metric labels.
public enum APIGroup: String, CaseIterable, Sendable {
    /// Single messages: template, subscription, customer service.
    case message
    /// Messages to many recipients.
    case mass
    /// The access token.
    case token
    /// Management of message templates.
    case template
    /// Uploads and downloads: slow and large.
    case media
    /// Followers, tags and blacklists.
    case user
    /// Menus, QR codes, tickets and the account itself.
    case account
    /// Customer-service staff and sessions.
    case service = "kf"
    /// Statistics.
    case data
    /// Quotas and request ids.
    case openAPI = "openapi"
    /// Mini programs.
    case miniProgram = "mini_program"
    /// Users' own OAuth tokens.
    case sns
    /// Drafts, publication and comments.
    case publishing
    /// Coupons, shops, stores, devices.
    case commerce
    /// Group robots of other messengers and addresses of the operator's own, each behind a breaker of its own.
    case robot
    /// Every path that is not in the catalog.
    case other
}
