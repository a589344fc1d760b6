/// The last exemplar of one number, with the number's own step.
struct ExemplarSlot: Sendable {
    var exemplar: Exemplar
    var value: Double
}
