import Synchronization

/// Something that is done by whoever comes first, and only once.
final class Once: Sendable {
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    func arm(_ action: @escaping @Sendable () -> Void) {
        self.action.withLock { $0 = action }
    }

    func fire() {
        let action = action.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }
}
