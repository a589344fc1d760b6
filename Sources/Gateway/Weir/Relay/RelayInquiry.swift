import WeChat

/// What is asked of the relay, as far as the request's head tells: all that is needed to let a call in or to turn it away.
struct RelayInquiry: Sendable {
    var request: RelayRequest
    var target: RelayTarget
    var api: APIDescriptor
    /// What was in force when the request came.
    var live: LiveSettings

    var directory: ClientDirectory { live.directory }
    var settings: RelayConfiguration { live.configuration.relay }

    /// How refusals to this caller are numbered.
    func codes(for caller: Caller) -> RelayConfiguration.ErrorCodes {
        directory.client(caller)?.errorCodes ?? settings.errorCodes
    }
}
