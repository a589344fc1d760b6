import Resilience

/// The instant that lies `duration` after the origin of a test's clock.
func after(_ duration: Duration) -> Instant {
    .zero + duration
}
