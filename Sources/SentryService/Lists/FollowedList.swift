internal import Foundation
internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// A list that the document follows, with what is known of it.
struct FollowedList: Sendable {
  struct Problem: Sendable, Equatable {
    var text: String
    /// Seconds since 1970.
    var since: Double
  }

  private(set) var list: ListSubscription
  /// Whose number its entries have.
  let label: UInt32
  /// What the copy in force says; `nil` while there is none.
  var content: ListContent?
  /// Of these, what is in the table, or would be were it nobody else's.
  var inForce: [AddressRange] = []
  var change = ListChange()
  /// Of the copy, those that touch protected addresses.
  var protected = 0
  /// Where the copy in force comes from.
  var origin: ListStore.Origin?
  var checkedTime: Double?
  var answer: (text: String, time: Double)?
  /// The source has no usable list.
  var problem: Problem?
  /// The copy could not be kept on the disk.
  var storeProblem: Problem?
  var isUnderWay = false
  /// How often the source was looked at.
  var looks = 0
  /// Another one with every change of the subscription.
  private(set) var edition = 0
  private var schedule: ListSchedule
  private(set) var next = ContinuousClock.now

  private static let firstPauses = (page: 60.0, file: 10.0)

  init(_ list: ListSubscription, label: UInt32) {
    self.list = list
    self.label = label
    schedule = Self.schedule(of: list)
  }

  private static func schedule(of list: ListSubscription) -> ListSchedule {
    let pause = if case .page = list.source { firstPauses.page } else { firstPauses.file }
    return ListSchedule(refreshSeconds: list.refreshSeconds, firstPause: pause)
  }

  /// The same list as another document describes it.
  mutating func follow(_ new: ListSubscription) {
    guard new != list else { return }
    let isOtherSource = new.source != list.source || new.format != list.format
    list = new
    edition += 1
    schedule = Self.schedule(of: new)
    if isOtherSource { lookNow() } else { planAsChecked() }
  }

  var duration: AddressDuration { AddressDuration(seconds: list.durationSeconds) }

  /// What the source was asked for, if it is still the same one.
  var knownOrigin: ListStore.Origin? {
    origin.flatMap { $0.source == "\(list.source)" && $0.format == list.format.rawValue ? $0 : nil }
  }

  func entering(_ ranges: [AddressRange], heirOf: [UInt32] = [], refreshes: Bool = false) -> ListEntering {
    ListEntering(ranges: ranges, duration: duration, owner: label, heirOf: heirOf, refreshes: refreshes)
  }

  // MARK: When

  var isDue: Bool { list.isEnabled && !isUnderWay && next <= .now }

  mutating func lookNow() { next = .now }

  /// One refresh after the source was last seen, which may have been in an earlier life; files are looked at once.
  mutating func planAsChecked() {
    guard let checkedTime, knownOrigin != nil, case .page = list.source else { return lookNow() }
    let left = checkedTime + Double(list.refreshSeconds) - WallClock.seconds()
    next = .now + .seconds(max(0, min(left, Double(list.refreshSeconds))))
  }

  mutating func planAfterSuccess() {
    var random = SystemRandomNumberGenerator()
    next = .now + .seconds(schedule.afterSuccess(using: &random))
  }

  mutating func planAfterFailure(wanted: Int?) {
    var random = SystemRandomNumberGenerator()
    next = .now + .seconds(schedule.afterFailure(wanted: wanted, using: &random))
  }

  // MARK: Reports

  func report(now: Double) -> FollowedListReport {
    let worst = problem ?? storeProblem
    return FollowedListReport(
      name: list.name, source: "\(list.source)", format: list.format.rawValue, table: list.table.name,
      enabled: list.isEnabled, refreshSeconds: list.refreshSeconds, durationSeconds: list.durationSeconds,
      entries: content?.ranges.count, protected: protected + change.protected, others: change.others,
      leftOut: content?.leftOut ?? 0, fetchedTime: origin?.time, checkedTime: checkedTime, lastAnswer: answer?.text,
      lastAnswerTime: answer?.time,
      nextTime: list.isEnabled ? now + max(0, (next - .now) / .seconds(1)) : nil, isUnderWay: isUnderWay,
      problem: worst?.text, problemSince: worst?.since)
  }
}

extension ListContent {
  /// Lines of no use.
  var leftOut: Int { unreadableLines + linesForOtherTables + tooWide }
}
