import SentryRules
import Testing

/// What an edit says of rules that it did not speak of.
@Suite struct RenumberingTests {
  /// `3 is now 4`, `2.1-2.3 are now 3.1-3.3`.
  private func told(_ edited: EditedDocument) -> [String] {
    edited.shifts.map { shift in
      let last = shift.last
      return shift.count == 1
        ? "\(shift.old) is now \(shift.new)"
        : "\(shift.old)-\(last.old) are now \(shift.new)-\(last.new)"
    }
  }

  private static let rule = NewRule()

  /// In a text and as XML, which are edited by different code.
  private var documents: [EditableDocument] {
    get throws {
      let xml = try DocumentConversion.xml.bytes(of: #require(RuleDocument(reading: sample).ruleSet))
      return [try open(sample), try EditableDocument(reading: xml, fileName: "test.xml")]
    }
  }

  @Test func aNewRuleMovesThoseBehindItOn() throws {
    for document in try documents {
      #expect(told(try document.insert(Self.rule, .before(number("1")))) == ["1-3 are now 2-4"])
      #expect(told(try document.insert(Self.rule, .end)) == [])
    }
  }

  @Test func aNewRuleAboveTheFirstChildIsTold() throws {
    for document in try documents {
      #expect(told(try document.insert(Self.rule, .into(number("2")))) == ["2.1 is now 2.1.1"])
      #expect(told(try document.insert(Self.rule, .into(number("3")))) == [])
    }
  }

  @Test func aDeletedRuleLetsThoseBehindItMoveUp() throws {
    for document in try documents {
      #expect(told(try document.delete([number("1")])) == ["2-3 are now 1-2"])
      #expect(told(try document.delete([number("3")])) == [])
      #expect(told(try document.delete([number("2")], keepingChildren: true)) == ["2.1-2.2 are now 2-3", "3 is now 4"])
    }
  }

  @Test func aMovedRuleIsNotToldAgain() throws {
    for document in try documents {
      #expect(told(try document.move([number("3")], .before(number("1")))) == ["1-2 are now 2-3"])
      #expect(told(try document.move([number("2.1")], .after(number("3")))) == ["2.2 is now 2.1"])
    }
  }
}
