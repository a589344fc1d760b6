/// How much an `Accept` header wants one media type (RFC 9110 12.5.1): the most specific range that fits it decides.
package struct MediaPreference: Equatable, Sendable {
    /// From 0, not at all, to 1.
    package private(set) var quality = 0.0
    /// Of the range that decided.
    package private(set) var specificity = -1
    /// Where that range stands in the header, from 0.
    package private(set) var place = 0

    /// `nil` when no range fits.
    package init?(for type: String, version: String? = nil, in ranges: [MediaRange]) {
        for (place, range) in ranges.enumerated() {
            guard let specificity = range.specificity(for: type, version: version) else { continue }
            guard specificity > self.specificity || (specificity == self.specificity && range.quality > quality)
            else { continue }
            self.specificity = specificity
            self.quality = range.quality
            self.place = place
        }
        if specificity < 0 { return nil }
    }
}
