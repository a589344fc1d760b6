package import Callbacks
import Synchronization

/// WeChat's callbacks.
extension Gateway {
    /// Takes a callback: returns when what it says is on disk.
    package func callback(_ request: CallbackRequest) async -> CallbackAnswer {
        guard isReady.withLock({ $0 }), relayProblem() == nil else { return .unavailable }
        return await callbackService.answer(request)
    }
}
