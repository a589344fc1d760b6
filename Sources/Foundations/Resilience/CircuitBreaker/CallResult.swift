/// What a call's end says about the health of whoever was called.
public enum CallResult: String, CaseIterable, Sendable {
    /// It works. A refusal for reasons of the caller's own is a success here.
    case success
    /// It does not.
    case failure
    /// Nothing: the call was cancelled or went wrong on this side. It is not counted, and a probe is given back.
    case ignored
}
