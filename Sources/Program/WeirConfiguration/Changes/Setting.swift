/// One value of a configuration as people may see it.
struct Setting: Equatable {
    /// The dotted path as in the file.
    var key: String
    /// The value as the file would have it; `(secret)` for a secret.
    var text: String
    /// What is compared: a secret's own value, else the text.
    var identity: String

    init(_ key: String, _ text: String) {
        self.key = key
        self.text = text
        identity = text
    }

    init(_ key: String, secret: String) {
        self.key = key
        text = "(secret)"
        identity = secret
    }
}
