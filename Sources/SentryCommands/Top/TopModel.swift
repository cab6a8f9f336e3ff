internal import SentryControl

/// What the live screen knows and what somebody does with it; drawn by `TopView`.
struct TopModel: Sendable {
  /// The lists of the screen, from top to bottom.
  enum Pane: Int, CaseIterable, Sendable { case rules, triggered, hosts }

  /// By what a list is sorted; the first of each is the usual one.
  enum Order: String, Sendable {
    case rate, matches, bytes, number, latest, address, packets, connections
  }

  /// What is to be done outside the screen.
  enum Action: Equatable, Sendable {
    case quit
    case suspend
    case redraw
    /// In the rules of this generation.
    case setEnabled(Bool, rule: String, name: String, generation: UInt32)
    case remove(address: String)
  }

  /// A question that `y` answers.
  struct Question: Equatable, Sendable {
    var text: String
    var action: Action
  }

  private(set) var reply: TopReply?
  private(set) var rates = TopRates()
  /// What came while the screen stood still.
  private var waiting: TopReply?
  private var latestRates = TopRates()
  private(set) var isPaused = false
  private(set) var showsHelp = false
  private(set) var focus = Pane.rules
  private(set) var question: Question?
  /// What came of the latest action; until a key is pressed.
  var message: String?
  private var orders: [Pane: Int] = [:]
  /// What identifies the selected row of a list.
  private var selection: [Pane: String] = [:]
  /// Rows of a list on the screen, for page keys.
  var pageRows: [Pane: Int] = [:]

  // MARK: What comes

  mutating func take(_ new: TopReply) {
    latestRates.take(new.status)
    if isPaused { waiting = new } else { (reply, rates) = (new, latestRates) }
  }

  mutating func handle(_ key: TopKey) -> Action? {
    if let question { return answer(question, key) }
    message = nil
    if showsHelp, key != .interrupt, key != .suspend {
      showsHelp = false
      return key == .character("q") ? .quit : nil
    }
    switch key {
    case .character("q"), .interrupt: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    case .character("p"), .character(" "): togglePause()
    case .character("s"): orders[focus, default: 0] += 1
    case .character("?"), .character("h"): showsHelp = true
    case .character("e"), .enter: askToSwitch()
    case .character("r"): askToRemove()
    case .tab: move(toPane: 1)
    case .backTab: move(toPane: -1)
    case .up, .character("k"): move(by: -1)
    case .down, .character("j"): move(by: 1)
    case .pageUp: move(by: -(pageRows[focus] ?? 1))
    case .pageDown: move(by: pageRows[focus] ?? 1)
    case .home: move(by: -Int.max)
    case .end: move(by: Int.max)
    case .escape, .character: break
    }
    return nil
  }

  /// Every key answers; only one says yes.
  private mutating func answer(_ question: Question, _ key: TopKey) -> Action? {
    self.question = nil
    switch key {
    case .interrupt: return .quit
    case .suspend: return .suspend
    case .character("y"), .character("Y"): return question.action
    default:
      message = "nothing was done"
      return nil
    }
  }

  private mutating func togglePause() {
    isPaused.toggle()
    guard !isPaused, let waiting else { return }
    (reply, rates) = (waiting, latestRates)
    self.waiting = nil
  }

  // MARK: Rows

  func order(of pane: Pane) -> Order {
    let orders: [Order] =
      switch pane {
      case .rules: [.rate, .matches, .bytes, .number]
      case .triggered: [.latest, .matches, .address]
      case .hosts: [.packets, .bytes, .connections]
      }
    return orders[(self.orders[pane] ?? 0) % orders.count]
  }

  /// In the order of the screen; those that are equal stay in the order they came.
  var rules: [RuleReport] {
    let rules = reply?.rules ?? []
    switch order(of: .rules) {
    case .rate: return rules.sortedStably { ($0.matchDelta ?? 0, $0.matchCount) > ($1.matchDelta ?? 0, $1.matchCount) }
    case .matches: return rules.sortedStably { $0.matchCount > $1.matchCount }
    case .bytes: return rules.sortedStably { $0.byteCount > $1.byteCount }
    default: return rules
    }
  }

  var triggered: [TableEntryReport] {
    let entries = reply?.triggered ?? []
    switch order(of: .triggered) {
    case .matches: return entries.sortedStably { $0.matchCount > $1.matchCount }
    case .address: return entries.sortedStably { $0.address < $1.address }
    default: return entries
    }
  }

  var hosts: [TalkerReport] {
    let hosts = reply?.talkers.hosts ?? []
    switch order(of: .hosts) {
    case .bytes: return hosts.sortedStably { $0.bytes > $1.bytes }
    case .connections: return hosts.sortedStably { $0.connections > $1.connections }
    default: return hosts
    }
  }

  private func names(of pane: Pane) -> [String] {
    switch pane {
    case .rules: rules.map(\.number)
    case .triggered: triggered.map(\.address)
    case .hosts: hosts.map(\.address)
    }
  }

  /// The place of the selected row in its list, whatever has moved around it; the first if it is gone, `nil` in an empty list.
  func selected(in pane: Pane) -> Int? {
    let names = names(of: pane)
    guard !names.isEmpty else { return nil }
    return selection[pane].flatMap { names.firstIndex(of: $0) } ?? 0
  }

  private mutating func move(by rows: Int) {
    let names = names(of: focus)
    guard let current = selected(in: focus) else { return }
    let (target, isBeyond) = current.addingReportingOverflow(rows)
    selection[focus] = names[isBeyond ? names.count - 1 : min(names.count - 1, max(0, target))]
  }

  private mutating func move(toPane step: Int) {
    let count = Pane.allCases.count
    focus = Pane(rawValue: (focus.rawValue + step + count) % count) ?? .rules
  }

  // MARK: Questions

  private mutating func askToSwitch() {
    guard focus == .rules, let place = selected(in: .rules), let reply else {
      return message = "choose a rule first: Tab goes from list to list"
    }
    let rule = rules[place]
    question = Question(
      text: "\(rule.enabled ? "Disable" : "Enable") rule \(rule.number)\(rule.name.isEmpty ? "" : " '\(rule.name)'")?",
      action: .setEnabled(
        !rule.enabled, rule: rule.number, name: rule.name, generation: reply.status.document.generation))
    selection[.rules] = rule.number
  }

  private mutating func askToRemove() {
    guard focus == .triggered, let place = selected(in: .triggered) else {
      return message = "choose a triggered address first: Tab goes from list to list"
    }
    let entry = triggered[place]
    question = Question(text: "Remove \(entry.address) from table trigger?", action: .remove(address: entry.address))
    selection[.triggered] = entry.address
  }
}

extension Array {
  fileprivate func sortedStably(by isBefore: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { a, b in
      if isBefore(a.element, b.element) { return true }
      return isBefore(b.element, a.element) ? false : a.offset < b.offset
    }.map(\.element)
  }
}
