@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryState

/// What rules were asked while both evaluators ran, and what came of it: a difference between the two can only show in
/// what happened at least once.
struct RuleCoverage {
  /// A property with a relation, or an action, under the name that a person would look for.
  private(set) var matched: Set<String> = []
  private(set) var failed: Set<String> = []
  /// Properties that were asked of a packet which lacks the value.
  private(set) var lacking: Set<String> = []
  /// Kinds of effects, changes, events, verdicts and reasons.
  private(set) var seen: Set<String> = []

  static func + (a: RuleCoverage, b: RuleCoverage) -> RuleCoverage {
    var sum = a
    sum.matched.formUnion(b.matched)
    sum.failed.formUnion(b.failed)
    sum.lacking.formUnion(b.lacking)
    sum.seen.formUnion(b.seen)
    return sum
  }

  /// - Parameter rules: those that were explained, in document order.
  mutating func add(_ explanation: Explanation, of rules: [Rule], byTimer: Bool) {
    for visit in explanation.visits { add(visit, of: rules[visit.rule], byTimer: byTimer) }
    for change in explanation.changes { seen.insert(Self.name(of: change)) }
    for event in explanation.events { seen.insert("\(event.isObserved ? "observed" : "event") \(event.kind)") }
    guard !byTimer else { return }
    seen.insert("verdict \(explanation.judgement.verdict.name)")
    seen.insert("kind \(explanation.judgement.kind)")
    seen.insert("answer \(explanation.judgement.answer)")
    if case .builtIn(let reason) = explanation.judgement.decider { seen.insert("reason \(reason.name)") }
  }

  mutating func add(_ history: PathMemory.History) {
    if history.written > 0 { seen.insert("path written") }
    if history.left > 0 { seen.insert("path left") }
    if history.forgotten > 0 { seen.insert("paths forgotten") }
  }

  private mutating func add(_ visit: Explanation.Visit, of rule: Rule, byTimer: Bool) {
    let action = "action \(rule.action.name)"
    switch visit.outcome {
    case .off: seen.insert("off")
    case .skipped: seen.insert("skipped")
    case .matched: matched.insert(action)
    case .notMatched: failed.insert(action)
    }
    for effect in visit.effects { seen.insert("effect \(Self.name(of: effect))") }
    // Only the timer asks idle rules, and without a packet no other rule shows what it can do.
    guard byTimer == Self.idleProperties.contains(rule.property.name) else { return }
    if case .absent = visit.seen { lacking.insert(rule.property.name) }
    for name in Self.names(of: rule) {
      switch visit.outcome {
      case .matched: matched.insert(name)
      case .notMatched: failed.insert(name)
      case .off, .skipped: break
      }
    }
  }

  static let idleProperties: Set<String> = ["Idle seconds", "Parent idle seconds"]

  /// The property with its relation; and with its value, where each is a question of its own.
  private static func names(of rule: Rule) -> [String] {
    let name = "\(rule.property.name) \(rule.relation.name)"
    return wholeQuestions[rule.property.name]?.contains(rule.value) == true ? [name, "\(name) \(rule.value)"] : [name]
  }

  /// Properties whose values are words of the language.
  static let wholeQuestions: [String: [String]] = [
    "Include": ["trigger", "address", "authorize", "invalid", "state"],
    "Connection state": ["new", "established", "closing", "none"],
    "Direction": ["inbound", "outbound"],
  ]

  private static func name(of effect: Explanation.Effect) -> String {
    switch effect {
    case .keepsAddress(let table, let outcome): "keepsAddress \(table.name) \(outcome)"
    case .decides(let verdict): "decides \(verdict.name)"
    case .reports(let kind, _): "reports \(kind)"
    case .observed(let effect): "observed \(name(of: effect))"
    default: String("\(effect)".prefix { $0 != "(" })
    }
  }

  private static func name(of change: Explanation.Change) -> String {
    switch change {
    case .counters: "change of counters"
    case .address(let table, let before, let after):
      before == nil
        ? "new in \(table.name)" : after.range.first == after.range.last ? "change in \(table.name)" : "range hit"
    case .preventedTrigger: "trigger prevented"
    case .withheldTrigger(_, let obstacle): "trigger withheld: \(obstacle)"
    case .connection(let before, _): before == nil ? "new connection" : "change of a connection"
    case .source: "source counted"
    case .fragment: "fragment remembered"
    case .delayed: "delayed"
    case .evicted(.address(let table, _)): "evicted from \(table.name)"
    case .evicted(.connection): "evicted connection"
    case .evicted(.source): "evicted source"
    case .evicted(.fragment): "evicted fragment"
    }
  }
}

// MARK: - What must happen

extension RuleCoverage {
  private static var questions: Set<String> {
    var questions: Set<String> = []
    for property in allProperties {
      for relation in property.relations { questions.insert("\(property.name) \(relation.name)") }
    }
    for (property, values) in wholeQuestions {
      for value in values { questions.formUnion(["\(property) == \(value)", "\(property) != \(value)"]) }
    }
    return questions
  }

  private static var actions: Set<String> { Set(allActions.map { "action \($0.name)" }) }

  /// `Any` holds for all packets, and `None` for none.
  private static let always: Set<String> = ["Any ==", "None !="]
  private static let never: Set<String> = ["Any !=", "None =="]

  static var mustMatch: Set<String> { questions.union(actions).subtracting(never) }
  static var mustFail: Set<String> { questions.union(actions).subtracting(always) }
  /// All properties of one kind of packet only.
  static var mustLack: Set<String> { Set(allProperties.filter { $0.precondition != nil }.map { $0.name }) }

  static var mustBeSeen: Set<String> {
    let effects = [
      "sparesProtected", "awaitsProof", "exceedsLimit", "endsObservation", "observed limitsRate",
      "observed reports log",
      "observed reports url", "skips", "leaves", "isRefused", "passesOutbound", "delayTableFull", "isIgnored",
      "keepsNothing", "resetsCount",
      "resetsEntry",
      "isSilenced", "silencesLog", "limitsRate", "limitsNothing",
    ]
    let tables = AddressTableKind.allCases.map(\.name)
    var seen: Set<String> = [
      "off", "skipped", "change of counters", "range hit", "new connection", "change of a connection",
      "trigger prevented", "trigger withheld: limit", "trigger withheld: unproven", "source counted",
      "fragment remembered", "delayed", "evicted connection", "evicted source",
      "evicted fragment",
      "path written", "path left", "paths forgotten",
      "kind ip", "kind notIP", "kind unknownVersion", "kind shortIPHeader", "kind shortTCPHeader", "kind shortHeader",
    ]
    seen.formUnion(effects.map { "effect \($0)" })
    seen.formUnion(
      Verdict.allCases.flatMap {
        ["verdict \($0.name)", "effect decides \($0.name)", "effect observed decides \($0.name)"]
      })
    seen.formUnion(
      Answer.allCases.map { "answer \($0)" })
    seen.formUnion(BuiltInReason.allCases.map { "reason \($0.name)" })
    for table in tables {
      seen.formUnion(["new in \(table)", "change in \(table)", "evicted from \(table)"])
      seen.insert("effect observed keepsAddress \(table) added")
      seen.formUnion(["effect keepsAddress \(table) added", "effect keepsAddress \(table) refreshed"])
    }
    let kinds: [EngineEvent.Kind] = [
      .pass, .delete, .reject, .dropConnection, .log, .alert, .email, .url, .script, .rateLimit,
    ]
    seen.formUnion(kinds.map { "event \($0)" })
    return seen
  }
}
