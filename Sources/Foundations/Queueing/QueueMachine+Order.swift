public import Timekeeping

/// Whose turn it is among all lanes, at a cost that does not grow with those that are blocked: the owner closes what it finds
/// blocked, and opens it again when the block is gone.
extension QueueMachine {
    /// Makes a group of lanes that something can block together.
    ///
    /// - Parameter isDurable: whether its lanes' jobs are durable. Groups of either kind stand in lines of their own.
    /// - Returns: its name: they are numbered from 0 without gaps.
    public mutating func addGroup(isDurable: Bool) -> GroupID {
        order.addGroup(isDurable: isDurable)
    }

    /// Puts a lane into a group, out of the one where it is.
    public mutating func setGroup(_ group: GroupID, of lane: LaneID) {
        move(lane, to: group)
    }

    /// The lane has no group any more: `first` passes it over until it has one again.
    public mutating func leaveGroup(_ lane: LaneID) {
        move(lane, to: nil)
    }

    private mutating func move(_ lane: LaneID, to group: GroupID?) {
        addLane(lane)
        guard lanes[lane.index].group != group else { return }
        withLevels(of: lane) { $0.lanes[lane.index].group = group }
    }

    /// Whether the lane's jobs take part in `first`, as far as the lane itself goes.
    public func isOpen(_ lane: LaneID) -> Bool {
        lane.index >= lanes.count || lanes[lane.index].isOpen
    }

    /// Closes a lane, whose jobs then wait, or opens it again.
    public mutating func setOpen(_ isOpen: Bool, _ lane: LaneID) {
        guard self.isOpen(lane) != isOpen else { return }
        addLane(lane)
        withLevels(of: lane) { $0.lanes[lane.index].isOpen = isOpen }
    }

    /// Closes the lower two priorities of a lane, or opens them again, as far as the lane itself goes.
    public mutating func setLowerOpen(_ isOpen: Bool, _ lane: LaneID) {
        let isOpenNow = lane.index >= lanes.count || lanes[lane.index].isLowerOpen
        guard isOpenNow != isOpen else { return }
        addLane(lane)
        withLevels(of: lane) { $0.lanes[lane.index].isLowerOpen = isOpen }
    }

    /// Whether a group's jobs of a priority take part in `first`, as far as the group goes.
    public func isOpen(group: GroupID, _ priority: Priority) -> Bool {
        order.isOpen(group, priority)
    }

    /// Closes a group for a priority, or opens it again.
    public mutating func setOpen(_ isOpen: Bool, group: GroupID, _ priority: Priority) {
        order.setOpen(isOpen, group: group, priority)
    }

    /// Among open lanes of open groups: the one with the job of this priority and kind that has been ready longest.
    public func first(of priority: Priority, isDurable: Bool, at now: Timestamp) -> (lane: LaneID, head: Head)? {
        guard let level = order.first(of: priority, isDurable: isDurable) else { return nil }
        return head(ofLevel: level, priority, at: now).map { (LaneID(index: level / Priority.allCases.count), $0) }
    }

    /// Whether any open lane of an open group has a ready job of this priority and kind.
    public func hasOpen(_ priority: Priority, isDurable: Bool) -> Bool {
        order.first(of: priority, isDurable: isDurable) != nil
    }

    /// The lanes in which calls that are not durable became ready while nothing could leave there, since this was asked last: their
    /// owner may rather end them than let them wait.
    public mutating func takeArrivals() -> [LaneID] {
        defer { arrivals.removeAll(keepingCapacity: true) }
        return arrivals
    }

    func isClosed(_ lane: LaneID, _ priority: Priority) -> Bool {
        let entry = lanes[lane.index]
        return entry.group.map { !(entry.isOpen(to: priority) && order.isOpen($0, priority)) } ?? false
    }

    /// The oldest job of a level, or whether it may go, has changed.
    mutating func updateOrder(of level: Int) {
        let lane = lanes[level / Priority.allCases.count]
        guard let group = lane.group else { return }
        let priority = Priority(rawValue: UInt8(truncatingIfNeeded: level % Priority.allCases.count)) ?? .low
        guard lane.isOpen(to: priority), let oldest = levels[level].line.oldest else {
            return order.remove(level, group: group)
        }
        order.set(level, group: group, key: oldest.since, tie: oldest.id)
    }

    /// Changes what decides over a lane's part in the order.
    private mutating func withLevels(of lane: LaneID, _ change: (inout QueueMachine) -> Void) {
        let levels = Priority.allCases.map { QueueMachine.level(lane, $0) }
        if let group = lanes[lane.index].group { for level in levels { order.remove(level, group: group) } }
        change(&self)
        for level in levels { updateOrder(of: level) }
    }
}
