public import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

// The lists that the document in force follows.

extension SentryDaemon {
  /// Puts the copies of lists in force that an earlier run has left.
  func beginLists() async {
    await lists?.begin(active.rules.ruleSet.lists) { [weak self] in
      AddressSpans(byFamily: await self?.protectedAddresses.map(\.range) ?? [])
    }
  }

  /// How the lists are doing; none where none can be followed.
  public func followedLists() async -> FollowedListsReply {
    await lists?.reply() ?? FollowedListsReply(time: WallClock.seconds(), lists: [])
  }

  /// Looks at the sources of lists now.
  ///
  /// - Parameter names: empty for all that are enabled.
  func refreshLists(_ names: [String]) async throws(ListDesk.UnknownList) -> FollowedListsReply {
    guard let lists else { throw ListDesk.UnknownList(message: "this daemon follows no lists") }
    return try await lists.refresh(names)
  }
}
