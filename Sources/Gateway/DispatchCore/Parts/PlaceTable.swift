/// A number by which things of one kind are found, and of no other.
protocol Place: Hashable, Sendable {
    var index: Int { get }
    init(index: Int)
}

/// All there is of one kind, by place and by name. The place of what has gone is used again, so that the memory follows what is there.
struct PlaceTable<ID: Place, Name: Hashable & Sendable, Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var isTaken: [Bool] = []
    private var places: [Name: ID] = [:]
    private var vacant: [ID] = []

    /// Places, taken or not.
    var size: Int { elements.count }

    /// The places that are taken, in order. Costs a look at each place.
    var taken: [ID] { isTaken.indices.filter { isTaken[$0] }.map { ID(index: $0) } }

    /// What has gone may be looked at until its place is used again.
    subscript(place: ID) -> Element {
        _read { yield elements[place.index] }
        _modify { yield &elements[place.index] }
    }

    subscript(name: Name) -> ID? { places[name] }

    func isTaken(_ place: ID) -> Bool { place.index < isTaken.count && isTaken[place.index] }

    /// - Returns: where it stands, and whether nothing has ever stood there before.
    mutating func add(_ element: Element, as name: Name) -> (place: ID, isNew: Bool) {
        if let place = vacant.popLast() {
            elements[place.index] = element
            isTaken[place.index] = true
            places[name] = place
            return (place, false)
        }
        let place = ID(index: elements.count)
        elements.append(element)
        isTaken.append(true)
        places[name] = place
        return (place, true)
    }

    /// What stands under a name has gone.
    mutating func remove(_ name: Name) {
        guard let place = places.removeValue(forKey: name) else { return }
        isTaken[place.index] = false
        vacant.append(place)
    }
}
