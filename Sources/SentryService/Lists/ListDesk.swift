// How lists are followed.
//
// A list's source is looked at when that is due (`FollowedList`), by a process without rights where it is a page (`ListSources`). What
// comes is read here (`ListContent`), and refused if it cannot be the list: then the copy before stays in force. What differs from the
// copy before goes to the packet thread in parts (`Engine+Lists.swift`), and the new copy to the disk (`ListStore`), from where it comes
// back before anything is fetched.
//
// Sources are looked at side by side; the tables are changed by one list after the other.

internal import Logging
internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Follows the lists of the document in force.
actor ListDesk {
  /// Entries that go to the packet thread in one request.
  private static let entriesPerRequest = 1_024
  /// Processes that fetch pages at a time; a file needs none.
  private static let pagesAtOnce = 4

  private let packets: PacketThread
  private let labels: RuleLabels
  private let sources: ListSources
  private let store: ListStore?
  private let tell: @Sendable (String) -> Void
  /// Whom no list triggers.
  private var protected: @Sendable () async -> AddressSpans = { AddressSpans() }
  /// In the document's order.
  private var lists: [FollowedList] = []
  private var looks: [String: Task<Void, Never>] = [:]
  private let turns = Turns()

  /// - Parameter directory: where the copies are kept, in a folder of its own; `nil`: they are not.
  init(
    _ sources: ListSources, packets: PacketThread, labels: RuleLabels, stateDirectory: String?,
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.sources = sources
    self.packets = packets
    self.labels = labels
    self.tell = tell
    store = stateDirectory.map { ListStore(stateDirectory: $0) }
  }

  // MARK: Life

  /// Puts the copies of an earlier run in force, and takes away what that has left of other lists.
  func begin(
    _ subscriptions: [ListSubscription], protected: @escaping @Sendable () async -> AddressSpans
  ) async {
    self.protected = protected
    await inTurn {
      await change(to: subscriptions)
      await sweep()
    }
    store?.keepOnly(subscriptions.map(\.name))
  }

  /// Another document is in force. What its lists have in common with those before stays as it is.
  ///
  /// - Parameter isOnTrial: copies of lists that are not followed any more are kept for the way back.
  func follow(_ subscriptions: [ListSubscription], isOnTrial: Bool) async {
    guard !lists.isEmpty || !subscriptions.isEmpty else { return }
    await inTurn { await change(to: subscriptions) }
    if !isOnTrial { store?.keepOnly(subscriptions.map(\.name)) }
  }

  /// Looks at sources when that is due, until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      startDue()
      try? await Task.sleep(for: .seconds(1))
    }
    for look in looks.values { look.cancel() }
  }

  struct UnknownList: Error, Equatable {
    var message: String
  }

  /// Looks at sources now, and waits for what comes, but not for ever.
  ///
  /// - Parameter names: of lists; empty for all that are enabled.
  func refresh(_ names: [String]) async throws(UnknownList) -> FollowedListsReply {
    for name in names where !lists.contains(where: { $0.list.name == name && $0.list.isEnabled }) {
      throw UnknownList(message: unknown(name))
    }
    var before: [String: Int] = [:]
    for index in lists.indices
    where lists[index].list.isEnabled && (names.isEmpty || names.contains(lists[index].list.name)) {
      before[lists[index].list.name] = lists[index].looks
      lists[index].lookNow()
    }
    let deadline = ContinuousClock.now + patience(for: before.count)
    while lists.contains(where: { before[$0.list.name] == $0.looks }), .now < deadline {
      startDue()
      do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
    }
    return reply()
  }

  /// How long somebody waits who wants so many lists refreshed: as long as all of them may take, and never for ever.
  private func patience(for count: Int) -> Duration {
    let rounds = (count + Self.pagesAtOnce - 1) / Self.pagesAtOnce
    return .seconds(min(ControlLimit.refreshSeconds, rounds * (sources.longestLook) + 5))
  }

  private func unknown(_ name: String) -> String {
    if lists.contains(where: { $0.list.name == name }) { return "list \(name) is not enabled" }
    let names = lists.map(\.list.name).joined(separator: ", ")
    let known = names.isEmpty ? "the document in force follows none" : "there are \(names)"
    return "no list is called '\(name.withoutControlCharacters.prefix(60))': \(known)"
  }

  func reply() -> FollowedListsReply {
    let now = WallClock.seconds()
    return FollowedListsReply(time: now, lists: lists.map { $0.report(now: now) })
  }

  /// One change of the tables after the other.
  private func inTurn(_ body: () async -> Void) async {
    await turns.take()
    defer { turns.give() }
    await body()
  }

  private func index(of name: String) -> Int? { lists.firstIndex { $0.list.name == name } }

  // MARK: Another document

  private func change(to subscriptions: [ListSubscription]) async {
    let old = lists
    var added: [String] = []
    lists = subscriptions.map { new in
      guard
        var known = old.first(where: { $0.list.name == new.name && $0.list.table == new.table && $0.list.isEnabled }),
        new.isEnabled
      else {
        if new.isEnabled { added.append(new.name) }
        return FollowedList(new, label: labels.number(of: RuleLabel(note: new.note)))
      }
      known.follow(new)
      return known
    }
    for name in added { await restore(name) }
    for gone in old where !isFollowed(gone) { await remove(gone) }
    // Another duration counts for what is there, too.
    for known in old {
      guard let index = index(of: known.list.name), isFollowed(known), lists[index].duration != known.duration else {
        continue
      }
      await settle(known.list.name)
    }
  }

  private func isFollowed(_ old: FollowedList) -> Bool {
    lists.contains { $0.list.name == old.list.name && $0.list.table == old.list.table && $0.list.isEnabled }
  }

  /// Puts the copy of an earlier run in force.
  private func restore(_ name: String) async {
    guard let store, let index = index(of: name) else { return }
    let copy: ListStore.Copy?
    do throws(ListStore.Failure) {
      copy = try store.copy(of: name, longest: ListSources.longest)
    } catch {
      tell("list \(name): the copy on the disk is of no use: \(error)")
      copy = nil
    }
    guard let copy, let format = ListSubscription.Format(rawValue: copy.origin.format) else { return }
    let table = lists[index].list.table
    let isPublic = lists[index].list.source.isPublic
    let content = await Task.detached {
      ListContent(reading: copy.bytes, as: format, for: table, isPublic: isPublic)
    }.value
    guard let index = self.index(of: name), content.ranges.count <= lists[index].list.entryLimit else { return }
    lists[index].content = content
    lists[index].origin = copy.origin
    lists[index].checkedTime = copy.checkedTime
    lists[index].planAsChecked()
    await settle(name)
  }

  private func remove(_ gone: FollowedList) async {
    let removed = await leave(gone.inForce, gone)
    guard gone.content != nil else { return }
    tell(
      "list \(gone.list.name) is not followed any more: \(counted(removed, "entry", plural: "entries")) left table \(gone.list.table.name)"
    )
  }

  /// Entries of lists that are not followed any more, or have left them while nobody was here.
  private func sweep() async {
    for kind in AddressTableKind.allCases {
      guard let entries = try? await packets.perform({ $0.entries(of: kind) }) else { return }
      var strays: [UInt32: [AddressRange]] = [:]
      for entry in entries where isStray(entry, in: kind) { strays[entry.triggeredBy, default: []].append(entry.range) }
      for (label, ranges) in strays { _ = await leave(ranges, lasting: .unlimited, label, kind) }
    }
  }

  private func isStray(_ entry: AddressEntry, in kind: AddressTableKind) -> Bool {
    let label = labels.label(entry.triggeredBy)
    guard label.number.isEmpty, let name = ListSubscription.name(inNote: label.name) else { return false }
    guard let index = index(of: name), lists[index].list.table == kind else { return true }
    return ![entry.range].missing(in: lists[index].inForce).isEmpty
  }

  // MARK: Tables

  /// Has the table say what the copy in force says.
  ///
  /// - Parameter refreshes: the source has just been seen.
  /// - Returns: how many entries came and left.
  @discardableResult
  private func settle(_ name: String, refreshes: Bool = false) async -> (came: Int, left: Int) {
    let spans = await protected()
    guard let index = index(of: name), let content = lists[index].content else { return (0, 0) }
    let followed = lists[index]
    let isTrigger = followed.list.table == .trigger
    let isClear = !isTrigger || !content.ranges.contains { spans.overlapsByFamily($0) }
    // Mostly one and the same memory.
    let wanted = isClear ? content.ranges : content.ranges.filter { !spans.overlapsByFamily($0) }
    lists[index].inForce = wanted
    lists[index].protected = content.ranges.count - wanted.count
    let change = await enter(followed.entering(wanted, refreshes: refreshes), followed.list.table)
    if let index = self.index(of: name) { lists[index].change = change }
    return (change.entered, await leave(followed.inForce.missing(in: wanted), followed))
  }

  private func enter(_ entering: ListEntering, _ table: AddressTableKind) async -> ListChange {
    var change = ListChange()
    for part in entering.ranges.parts(of: Self.entriesPerRequest) {
      var step = entering
      step.ranges = Array(part)
      guard let result = try? await packets.perform({ [step] in $0.engine.enter(step, into: table) }) else { break }
      change += result
    }
    return change
  }

  /// What another list of the same table has, too, becomes its entry.
  private func leave(_ ranges: [AddressRange], _ followed: FollowedList) async -> Int {
    for other in lists
    where other.list.table == followed.list.table && other.list.name != followed.list.name && other.list.isEnabled {
      let shared = ranges.shared(with: other.inForce)
      if !shared.isEmpty { _ = await enter(other.entering(shared, heirOf: [followed.label]), other.list.table) }
    }
    return await leave(ranges, lasting: followed.duration, followed.label, followed.list.table)
  }

  private func leave(
    _ ranges: [AddressRange], lasting duration: AddressDuration, _ label: UInt32, _ table: AddressTableKind
  ) async -> Int {
    var removed = 0
    for part in ranges.parts(of: Self.entriesPerRequest) {
      let part = Array(part)
      removed +=
        (try? await packets.perform { $0.engine.leave(part, lasting: duration, of: label, from: table) }) ?? 0
    }
    return removed
  }

  // MARK: Looking

  private func startDue() {
    for index in lists.indices where lists[index].isDue {
      let name = lists[index].list.name
      guard looks[name] == nil, !lists[index].list.source.isPublic || pagesUnderWay < Self.pagesAtOnce else { continue }
      lists[index].isUnderWay = true
      looks[name] = Task { await self.look(at: name) }
    }
  }

  private var pagesUnderWay: Int { lists.count { $0.isUnderWay && $0.list.source.isPublic } }

  private func look(at name: String) async {
    defer { looks[name] = nil }
    guard let index = index(of: name) else { return }
    let followed = lists[index]
    let known = followed.content == nil ? nil : followed.knownOrigin
    let found = await sources.look(at: followed.list.source, known: known)
    guard !Task.isCancelled else { return }
    await inTurn { await take(found, of: followed) }
    if case .content(let bytes, _, _) = found, bytes.count >= FreedMemory.largeDocument { FreedMemory.giveBackSoon() }
  }

  /// - Parameter asked: the list as it was when its source was looked at.
  private func take(_ found: ListLook, of asked: FollowedList) async {
    let name = asked.list.name
    guard let index = index(of: name) else { return }
    // A list that begins anew meanwhile has a look of its own to come.
    guard lists[index].edition == asked.edition, lists[index].list == asked.list else {
      lists[index].isUnderWay = false
      return lists[index].lookNow()
    }
    switch found {
    case .unchanged where lists[index].content == nil:
      lists[index].isUnderWay = false
      return lists[index].lookNow()
    case .unchanged: await takeUnchanged(name)
    case .content(let bytes, let tag, let lastModified):
      let (format, table, isPublic) = (asked.list.format, asked.list.table, asked.list.source.isPublic)
      let content = await Task.detached {
        ListContent(reading: bytes, as: format, for: table, isPublic: isPublic)
      }.value
      if let objection = objection(to: content, of: asked) {
        fail(name, objection)
      } else {
        let origin = ListStore.Origin(
          source: "\(asked.list.source)", format: format.rawValue, tag: tag, lastModified: lastModified,
          time: WallClock.seconds(), count: bytes.count)
        await take(content, bytes, origin, name)
      }
    case .failed(let text, let seconds): fail(name, text, wanted: seconds)
    }
    if let index = self.index(of: name) {
      lists[index].isUnderWay = false
      lists[index].looks += 1
    }
  }

  private func takeUnchanged(_ name: String) async {
    let now = WallClock.seconds()
    store?.noteChecked(name, at: now)
    await settle(name, refreshes: true)
    succeed(name, "unchanged", at: now)
  }

  private func take(_ content: ListContent, _ bytes: [UInt8], _ origin: ListStore.Origin, _ name: String) async {
    guard let index = index(of: name) else { return }
    let before = lists[index].content
    lists[index].content = content
    lists[index].origin = origin
    let (came, left) = await settle(name, refreshes: true)
    keep(bytes, origin, name)
    succeed(name, counted(content.ranges.count, "entry", plural: "entries"), at: origin.time)
    if before == nil || came + left > 0 { tellOf(content, name, came: came, left: left) }
  }

  private func tellOf(_ content: ListContent, _ name: String, came: Int, left: Int) {
    guard let index = index(of: name) else { return }
    var text =
      "list \(name): \(counted(content.ranges.count, "entry", plural: "entries")) for table \(lists[index].list.table.name), "
      + "\(grouped(came)) came, \(grouped(left)) left"
    if content.unreadableLines > 0 {
      text += "; \(counted(content.unreadableLines, "line")) cannot be read"
      if let first = content.firstUnreadable { text += ", the first: \(first)" }
    }
    if content.tooWide > 0 { text += "; \(counted(content.tooWide, "net")) too wide for a list left out" }
    tell(text)
  }

  private func keep(_ bytes: [UInt8], _ origin: ListStore.Origin, _ name: String) {
    guard let store, let index = index(of: name) else { return }
    do throws(ListStore.Failure) {
      try store.write(bytes, origin, as: name)
      lists[index].storeProblem = nil
    } catch {
      let text = "its copy cannot be kept on the disk: \(error)"
      if lists[index].storeProblem == nil { tell("list \(name): \(text)") }
      lists[index].storeProblem = .init(text: text, since: lists[index].storeProblem?.since ?? WallClock.seconds())
    }
  }

  /// Why this cannot be the list; `nil` if it may be.
  private func objection(to content: ListContent, of asked: FollowedList) -> String? {
    if content.isMostlyUnreadable {
      let count = counted(content.unreadableLines, "line")
      let first = content.firstUnreadable.map { ", the first: \($0)" } ?? ""
      return "it is no list in the form '\(asked.list.format.rawValue)': \(count) of "
        + "\(grouped(content.lines + content.unreadableLines)) cannot be read\(first)"
    }
    let before = asked.content?.ranges.count ?? 0
    if content.ranges.isEmpty, before > 0 {
      return "it is empty, where it had \(counted(before, "entry", plural: "entries"))"
    }
    let limit = asked.list.entryLimit
    guard content.ranges.count <= limit else {
      return
        "it has \(counted(content.ranges.count, "entry", plural: "entries")), more than the \(grouped(limit)) of atMost"
    }
    return nil
  }

  // MARK: What came of it

  private func succeed(_ name: String, _ answer: String, at time: Double) {
    guard let index = index(of: name) else { return }
    if lists[index].problem != nil { tell("list \(name) can be had again") }
    lists[index].problem = nil
    lists[index].checkedTime = time
    lists[index].answer = (answer, time)
    lists[index].planAfterSuccess()
  }

  /// It is told once until the list can be had again.
  private func fail(_ name: String, _ text: String, wanted: Int? = nil) {
    guard let index = index(of: name) else { return }
    let now = WallClock.seconds()
    if lists[index].problem == nil {
      let consequence =
        lists[index].content.map {
          "; the copy before stays in force, \(counted($0.ranges.count, "entry", plural: "entries"))"
        } ?? ""
      tell("list \(name): \(text)\(consequence)")
    }
    lists[index].problem = .init(text: text, since: lists[index].problem?.since ?? now)
    lists[index].answer = (text, now)
    lists[index].planAfterFailure(wanted: wanted)
  }
}

extension ListSubscription.Source {
  /// A page, which is asked for by a process without rights; a file is read by the daemon with its own.
  fileprivate var isPublic: Bool {
    if case .page = self { true } else { false }
  }
}

extension [AddressRange] {
  fileprivate func parts(of length: Int) -> [ArraySlice<AddressRange>] {
    stride(from: 0, to: count, by: length).map { self[$0..<Swift.min($0 + length, count)] }
  }
}
