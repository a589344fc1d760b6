import WeChat

/// What is asked of the relay, as far as the request's head tells: all that is needed to let a call in or to turn it away.
///
/// By reference, like the passage: what a waiting call holds by value makes the frame of each function that waits larger.
final class RelayInquiry: Sendable {
    let request: RelayRequest
    let target: RelayTarget
    let api: APIDescriptor
    /// What was in force when the request came.
    let live: LiveSettings

    init(request: RelayRequest, target: RelayTarget, api: APIDescriptor, live: LiveSettings) {
        self.request = request
        self.target = target
        self.api = api
        self.live = live
    }

    var directory: ClientDirectory { live.directory }
    var settings: RelayConfiguration { live.configuration.relay }

    /// How refusals to this caller are numbered.
    func codes(for caller: Caller) -> RelayConfiguration.ErrorCodes {
        directory.client(caller)?.errorCodes ?? settings.errorCodes
    }
}
