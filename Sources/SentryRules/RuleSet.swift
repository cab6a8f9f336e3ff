public import SentryPropertyList

/// A document that was read and found free of errors.
///
/// The tree lies flat, in document order: parents before children, disabled rules included. A rule's index is the
/// place of its counters.
public struct RuleSet: Sendable {
  public let rules: [Rule]
  public let settings: Settings
  public let interfaces: [InterfaceEntry]
  /// What else the root held, in its order: kept when the document is written anew.
  public private(set) var keptKeys: [KeptKey]
  /// What the document promises of itself; as written they are among the kept keys.
  public internal(set) var tests: [DocumentTest] = []
  /// The lists of addresses that the document follows; as written they are among the kept keys.
  public internal(set) var lists: [ListSubscription] = []
  /// Where rules have keys that mean nothing: the document, which it keeps alive.
  var rootWithUnknownKeys: PropertyListNode?
  /// Written by the classic program, or with its numbers.
  var isClassic = false
  /// Where the document keeps its rules: a path from the root, which itself is "".
  var listPath = RootKey.rules

  /// The rules right below the one at `parent`; of the top level for -1.
  public func children(of parent: Int) -> some Sequence<Int> {
    let end = rules.indices.contains(parent) ? rules[parent].subtreeEnd : rules.count
    return sequence(state: parent + 1) { next -> Int? in
      guard next < end else { return nil }
      defer { next = rules[next].subtreeEnd }
      return next
    }
  }

  /// For each rule, whether it and all its ancestors are enabled.
  public var usage: [Bool] {
    var usage: [Bool] = []
    usage.reserveCapacity(rules.count)
    for rule in rules {
      usage.append(rule.isEnabled && (rule.parent < 0 || usage[rule.parent]))
    }
    return usage
  }

  /// For each rule, whether it is only observed.
  public var observation: [Observation] {
    var observation: [Observation] = []
    observation.reserveCapacity(rules.count)
    for rule in rules {
      let above = rule.parent >= 0 ? observation[rule.parent] : settings.observe ? .within : .none
      observation.append(above != .none ? .within : rule.isObserved ? .root : .none)
    }
    return observation
  }
}

/// Whether a rule is only observed: it decides, counts and logs, and nothing of that is carried out. (docs/Guide.md)
///
/// An *observed subtree* is a rule that says `observe = 1`, with all below it; or the whole document, by `settings.observe`. A
/// packet goes through it as if it were enforced, up to the first action that would end the walk. Then, or at its end, the packet goes
/// on with the rule after the subtree as if that had not matched: verdict, tables, rates, notifications, what `Dont log` silences
/// and what searches have found are as before. What stays are counters, and log entries that say `observed`.
public enum Observation: UInt8, Sendable {
  case none
  /// The first of an observed subtree.
  case root
  /// Elsewhere in one.
  case within
}

extension RuleSet: Equatable {
  /// Rules, settings, interfaces, lists and tests are the same; other kept keys, which mean nothing here, do not matter.
  public static func == (a: RuleSet, b: RuleSet) -> Bool {
    a.rules == b.rules && a.settings == b.settings && a.interfaces == b.interfaces && a.lists == b.lists
      && a.tests == b.tests
  }
}

/// An entry of the root dictionary that means nothing to the rules.
public struct KeptKey: Sendable {
  public let key: String
  /// In the document, which it keeps alive.
  let node: PropertyListNode

  public var value: PropertyListValue { node.value }
}

extension RuleSet {
  /// Without what means nothing to the rules, so that the document's text can go.
  public var withoutKeptKeys: RuleSet {
    var copy = self
    copy.keptKeys = []
    copy.rootWithUnknownKeys = nil
    return copy
  }
}
