/// Why a request to `/_sandbox/` can't be followed, for the person who made it.
struct ControlProblem: Error, Equatable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
