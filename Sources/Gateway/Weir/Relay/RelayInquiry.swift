import WeChat

/// What is asked of the relay, as far as the request's head tells: all that is needed to let a call in or to turn it away.
struct RelayInquiry: Sendable {
    var request: RelayRequest
    var target: RelayTarget
    var api: APIDescriptor
    /// Who may do what, as it was when the request came.
    var directory: ClientDirectory
    var settings: RelayConfiguration

    /// How refusals to this caller are numbered.
    func codes(for caller: Caller) -> RelayConfiguration.ErrorCodes {
        directory.client(caller)?.errorCodes ?? settings.errorCodes
    }
}
