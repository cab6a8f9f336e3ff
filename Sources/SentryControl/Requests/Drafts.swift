public import SentryDiagnostics

/// Has a draft read, and perhaps edited first. Nothing is kept: whoever edits sends the text with each request.
public struct DraftRequest: Codable, Sendable, Equatable {
  /// For findings.
  public var name: String?
  /// A document in text form, or in XML; `nil` for the text of the rules in force.
  public var text: String?
  public var edit: DraftEdit?

  public init(name: String? = nil, text: String? = nil, edit: DraftEdit? = nil) {
    self.name = name
    self.text = text
    self.edit = edit
  }
}

/// One edit of a draft: exactly one of these is given. Rules are named by their numbers before the edit; ranges of siblings
/// (`2.1-2.4`) and names that only one rule has will do, too.
public struct DraftEdit: Codable, Sendable, Equatable {
  /// Writes one entry of a rule.
  public struct Field: Codable, Sendable, Equatable {
    public var rule: String
    /// `enabled`, `name`, `property`, `relation`, `value`, `action` or `parameter`.
    public var field: String
    /// `1` or `0` for `enabled`. An empty text takes the entry out of the rule.
    public var text: String

    public init(rule: String, field: String, text: String) {
      self.rule = rule
      self.field = field
      self.text = text
    }
  }

  /// Where rules come to stand.
  public enum Place: String, Codable, Sendable, CaseIterable { case before, after, into }

  public struct Move: Codable, Sendable, Equatable {
    public var rules: [String]
    /// Without one, the end of the top level.
    public var to: String?
    /// `after` unless it is said.
    public var place: Place?

    public init(rules: [String], to: String?, place: Place?) {
      self.rules = rules
      self.to = to
      self.place = place
    }
  }

  public struct Paste: Codable, Sendable, Equatable {
    /// Rules in any form that documents have, also out of an e-mail.
    public var snippet: String
    /// Without one, the end of the top level.
    public var to: String?
    /// `after` unless it is said.
    public var place: Place?

    public init(snippet: String, to: String?, place: Place?) {
      self.snippet = snippet
      self.to = to
      self.place = place
    }
  }

  /// A rule `Any ==`, `->`, not enabled.
  public struct New: Codable, Sendable, Equatable {
    /// Without one, the end of the top level.
    public var to: String?
    /// `after` unless it is said.
    public var place: Place?

    public init(to: String?, place: Place?) {
      self.to = to
      self.place = place
    }
  }

  public struct Switch: Codable, Sendable, Equatable {
    public var rules: [String]
    public var enabled: Bool

    public init(rules: [String], enabled: Bool) {
      self.rules = rules
      self.enabled = enabled
    }
  }

  public var set: Field?
  /// With all rules below them.
  public var delete: [String]?
  public var move: Move?
  public var paste: Paste?
  public var new: New?
  public var `switch`: Switch?

  public init(
    set: Field? = nil, delete: [String]? = nil, move: Move? = nil, paste: Paste? = nil, new: New? = nil,
    switch: Switch? = nil
  ) {
    self.set = set
    self.delete = delete
    self.move = move
    self.paste = paste
    self.new = new
    self.switch = `switch`
  }
}

/// A draft, as it is after the edit.
public struct DraftReply: Codable, Sendable, Equatable {
  /// Comments and layout of what was not edited are kept. After an edit that failed, the text as it was.
  public var text: String
  /// In document order; empty for a text that cannot be read at all.
  public var rules: [OutlineReport]
  /// In the order of the text.
  public var findings: [DiagnosticRecord]
  /// For each finding the number of the rule that it is in; null for one that is in none.
  public var findingRules: [String?]
  /// Why the edit was not done; left out where it was.
  public var editError: String?
  /// What is wrong with a snippet that was not taken.
  public var editFindings: [DiagnosticRecord]?
  /// What the edit has done, in a few words: `rule 2.1.5 disabled`.
  public var change: String?
  /// Numbers, after the edit, of the rules that came in or moved, those below them left out.
  public var inserted: [String]?
  /// The generation in force when the text was read; left out where the request had a text.
  public var generation: UInt32?

  public init(
    text: String, rules: [OutlineReport], findings: [DiagnosticRecord], findingRules: [String?],
    editError: String? = nil, editFindings: [DiagnosticRecord]? = nil, change: String? = nil,
    inserted: [String]? = nil, generation: UInt32? = nil
  ) {
    self.text = text
    self.rules = rules
    self.findings = findings
    self.findingRules = findingRules
    self.editError = editError
    self.editFindings = editFindings
    self.change = change
    self.inserted = inserted
    self.generation = generation
  }
}

/// Asks what would become of a draft, were it applied now.
public struct DraftCheckRequest: Codable, Sendable, Equatable {
  /// For findings.
  public var name: String?
  public var text: String

  public init(name: String? = nil, text: String) {
    self.name = name
    self.text = text
  }
}

public struct DraftCheckReply: Codable, Sendable, Equatable {
  /// The document's own tests.
  public struct Tests: Codable, Sendable, Equatable {
    /// How many packets were expected to come to something.
    public var run: Int
    /// One text for each expectation that is not met; also among the findings.
    public var failures: [String]

    public init(run: Int, failures: [String]) {
      self.run = run
      self.failures = failures
    }
  }

  /// In the order of the text, then those of tests.
  public var findings: [DiagnosticRecord]
  /// For each finding the number of the rule that it is in; null for one that is in none.
  public var findingRules: [String?]
  public var tests: Tests
  /// From the rules in force to the draft; left out for a draft with errors.
  public var difference: DifferenceReport?
  /// Neither errors nor tests that fail stand in its way. It may yet be refused for what only an apply looks at: the SSH connection
  /// of who asks, a document on trial.
  public var wouldApply: Bool
  /// Of the rules in force that `difference` begins with.
  public var generation: UInt32

  public init(
    findings: [DiagnosticRecord], findingRules: [String?], tests: Tests, difference: DifferenceReport?,
    wouldApply: Bool, generation: UInt32
  ) {
    self.findings = findings
    self.findingRules = findingRules
    self.tests = tests
    self.difference = difference
    self.wouldApply = wouldApply
    self.generation = generation
  }
}

/// Asks for rules as text of their own.
public struct DraftCopyRequest: Codable, Sendable, Equatable {
  /// `nil` for the text of the rules in force.
  public var text: String?
  /// Numbers, ranges or names; each with all rules below it.
  public var rules: [String]

  public init(text: String? = nil, rules: [String]) {
    self.text = text
    self.rules = rules
  }
}

public struct DraftCopyReply: Codable, Sendable, Equatable {
  /// An array of rules with their comments; ends in a line end.
  public var snippet: String
  /// Rules in it, those below others included.
  public var count: Int

  public init(snippet: String, count: Int) {
    self.snippet = snippet
    self.count = count
  }
}
