/// Weir's own version.
public enum Version {
    /// As in CHANGELOG.md.
    public static let current = "0.1.0"

    /// In place of what nobody said.
    public static let unknown = "unknown"

    /// The Swift that compiled it, as far as it tells.
    public static let compiler = known

    #if compiler(>=6.4)
        private static let known = "6.4 or later"
    #elseif compiler(>=6.3)
        private static let known = "6.3"
    #else
        private static let known = "6.2"
    #endif
}
