import Foundation
import SentryControl
import SentryDiagnostics
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct DraftTests {
  private static let text = """
    /* mine */ { rules = (
      { /* 1 */ nodeName = "way in"; enabled = 1; propertyName = Direction; propertyValue = inbound; // what comes
        children = (
          { /* 1.1 */ nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; },
          { /* 1.2 */ enabled = 0; propertyName = Any; }
        );
      },
      { /* 2 */ nodeName = rest; enabled = 1; propertyName = Any; filterActionName = Log; }
    ); }

    """

  @Test func draftWithoutTextIsTheOneInForce() async throws {
    try await withAPI(Self.text) { api in
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest())
      #expect(reply.text == Self.text)
      #expect(reply.generation == 1)
      #expect(reply.rules.map(\.number) == ["1", "1.1", "1.2", "2"])
      #expect(reply.rules.map(\.isOn) == [true, true, false, true])
      #expect(reply.rules.map(\.children) == [2, 0, 0, 0])
      #expect(reply.rules.map(\.level) == [0, 1, 1, 0])
      #expect(reply.rules.map(\.action) == ["->", "Delete", "->", "Log"])
      #expect(reply.rules.map(\.relation) == ["==", "==", "==", "=="])
      #expect(reply.editError == nil)
    }
  }

  struct FieldCase: Sendable, CustomTestStringConvertible {
    let testDescription: String, field: String, text: String, old: String, new: String
  }

  /// All that is not edited stays as it is written.
  @Test(arguments: [
    FieldCase(
      testDescription: "a value", field: "value", text: "22-23", old: "propertyValue = 23;",
      new: "propertyValue = \"22-23\";"),
    FieldCase(
      testDescription: "a property with a blank", field: "property", text: "Source port", old: "\"Dest port\"",
      new: "\"Source port\""),
    FieldCase(
      testDescription: "a relation that was not there", field: "relation", text: "!=",
      old: "propertyName = \"Dest port\";", new: "propertyName = \"Dest port\"; relationName = \"!=\";"),
    FieldCase(
      testDescription: "a parameter that was not there", field: "parameter", text: "a \"b\"",
      old: "filterActionName = Delete;", new: "filterActionName = Delete; parameter = \"a \\\"b\\\"\";"),
    FieldCase(
      testDescription: "an action that goes without saying", field: "action", text: "->",
      old: " filterActionName = Delete;", new: ""),
    FieldCase(
      testDescription: "a name with markup", field: "name", text: "<script>alert(1)</script>",
      old: "nodeName = telnet;",
      new: "nodeName = \"<script>alert(1)</script>\";"),
    FieldCase(
      testDescription: "a switch", field: "enabled", text: "0", old: "nodeName = telnet; enabled = 1;",
      new: "nodeName = telnet; enabled = 0;"),
  ])
  func setChangesOneEntry(_ c: FieldCase) async throws {
    try await withAPI(Self.text) { api in
      let edit = DraftEdit(set: DraftEdit.Field(rule: "1.1", field: c.field, text: c.text))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(text: Self.text, edit: edit))
      #expect(reply.editError == nil)
      #expect(reply.text == Self.text.replacing(c.old, with: c.new))
      #expect(reply.generation == nil)
    }
  }

  @Test func badValueIsFoundAtOnceAndNamesItsRule() async throws {
    try await withAPI(Self.text) { api in
      let edit = DraftEdit(set: DraftEdit.Field(rule: "1.1", field: "value", text: "70000"))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(text: Self.text, edit: edit))
      #expect(reply.editError == nil)
      let place = try #require(reply.findings.firstIndex { $0.severity == "error" })
      #expect(reply.findings[place].line == 4)
      #expect(reply.findingRules[place] == "1.1")
      // The outline is all there, so that it can be mended.
      #expect(reply.rules.map(\.value) == ["inbound", "70000", "", ""])
    }
  }

  @Test func rulesAreSwitchedDeletedMovedAndMade() async throws {
    try await withAPI(Self.text) { api in
      func edited(_ edit: DraftEdit) async throws -> DraftReply {
        try await api.post(ControlPath.drafts, DraftRequest(text: Self.text, edit: edit))
      }
      let switched = try await edited(DraftEdit(switch: DraftEdit.Switch(rules: ["1.2", "2"], enabled: false)))
      #expect(switched.rules.map(\.enabled) == [true, true, false, false])
      let deleted = try await edited(DraftEdit(delete: ["1"]))
      #expect(deleted.rules.map(\.name) == ["rest"])
      #expect(deleted.change == "rule 1 deleted")
      let moved = try await edited(DraftEdit(move: DraftEdit.Move(rules: ["1.1"], to: "2", place: .after)))
      #expect(moved.rules.map(\.name) == ["way in", "", "rest", "telnet"])
      #expect(moved.inserted == ["3"])
      let new = try await edited(DraftEdit(new: DraftEdit.New(to: "1.1", place: .before)))
      #expect(new.rules.map(\.number) == ["1", "1.1", "1.2", "1.3", "2"])
      #expect(new.rules[1].enabled == false)
      #expect(new.inserted == ["1.1"])
    }
  }

  @Test func rulesAreCopiedAndPasted() async throws {
    try await withAPI(Self.text) { api in
      let copied: DraftCopyReply = try await api.post(
        ControlPath.draftCopy, DraftCopyRequest(text: Self.text, rules: ["1.1"]))
      #expect(copied.count == 1)
      let paste = DraftEdit(paste: DraftEdit.Paste(snippet: copied.snippet, to: "2", place: .into))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(text: Self.text, edit: paste))
      #expect(reply.inserted == ["2.1"])
      #expect(reply.rules.last?.name == "telnet")
      let missing = try await api.response(ControlPath.draftCopy, .post, #"{"rules":["9"]}"#)
      #expect(missing.status == .unprocessableContent)
      #expect(missing.failure == "there is no rule 9: the document has rules 1 to 2")
    }
  }

  /// A rule as users mailed it to each other in 2003, with the numbers and names of that time.
  @Test func snippetOf2003IsPasted() async throws {
    try await withAPI(Self.text) { api in
      let snippet = TestFiles.text("Samples/promiscuous-resets.plist")
      let paste = DraftEdit(paste: DraftEdit.Paste(snippet: snippet, to: "2", place: .before))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(edit: paste))
      #expect(reply.editError == nil)
      #expect(reply.inserted == ["2"])
      #expect(reply.rules.map(\.name) == ["way in", "telnet", "", "promiscuous resets", "", "rest"])
      #expect(reply.rules[4].property == "TCP header flags")
      #expect(reply.rules[4].action == "Delay")
      let nonsense = DraftEdit(paste: DraftEdit.Paste(snippet: "hello", to: "2", place: .into))
      let refused: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(text: Self.text, edit: nonsense))
      #expect(refused.editError?.isEmpty == false)
      #expect(refused.text == Self.text)
    }
  }

  @Test func editThatCannotBeDoneLeavesTheText() async throws {
    try await withAPI(Self.text) { api in
      let reply: DraftReply = try await api.post(
        ControlPath.drafts, DraftRequest(text: Self.text, edit: DraftEdit(delete: ["7"])))
      #expect(reply.editError == "there is no rule 7: the document has rules 1 to 2")
      #expect(reply.text == Self.text)
      #expect(reply.rules.count == 4)
    }
  }

  struct BadRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String, path: String, body: String, says: String
  }

  @Test(arguments: [
    BadRequest(testDescription: "nothing", path: ControlPath.drafts, body: "", says: "expected {"),
    BadRequest(testDescription: "a list", path: ControlPath.drafts, body: "[]", says: "expected {"),
    BadRequest(
      testDescription: "no edit", path: ControlPath.drafts, body: #"{"edit":{}}"#, says: "an edit is one of set"),
    BadRequest(
      testDescription: "two edits", path: ControlPath.drafts,
      body: #"{"edit":{"delete":["1"],"new":{"to":"1"}}}"#, says: "found delete and new"),
    BadRequest(
      testDescription: "an unknown field", path: ControlPath.drafts,
      body: #"{"edit":{"set":{"rule":"1","field":"colour","text":"red"}}}"#, says: "'colour' is no field of a rule"),
    BadRequest(
      testDescription: "an unknown place", path: ControlPath.drafts,
      body: #"{"edit":{"new":{"to":"1","place":"beside"}}}"#, says: "expected {"),
    BadRequest(
      testDescription: "no rules to copy", path: ControlPath.draftCopy, body: #"{"rules":[]}"#,
      says: "no rule is named"),
    BadRequest(testDescription: "no text to check", path: ControlPath.draftCheck, body: "{}", says: "expected {"),
    BadRequest(
      testDescription: "a packet that is none", path: ControlPath.explain, body: #"{"packet":"hello"}"#,
      says: "packet:"),
    BadRequest(
      testDescription: "a number for a packet", path: ControlPath.explain, body: #"{"packet":1}"#, says: "expected {"),
  ])
  func badRequestIsToldWhatIsExpected(_ c: BadRequest) async throws {
    try await withAPI { api in
      let response = try await api.response(c.path, .post, c.body)
      #expect(response.status == .badRequest)
      #expect(response.failure.contains(c.says), Comment(rawValue: response.failure))
    }
  }

  @Test func checkRunsTestsAndTellsTheDifference() async throws {
    try await withAPI { api in
      func checked(_ expectation: String) async throws -> DraftCheckReply {
        let text = Documents.telnet.replacing("filterActionName = Log;", with: "filterActionName = Delete;")
          .replacing(
            "); }",
            with:
              "); tests = ( { name = web; packet = \"tcp 203.0.113.9:40000 > me:80 syn in\"; expect = \(expectation); } ); }"
          )
        return try await api.post(ControlPath.draftCheck, DraftCheckRequest(text: text))
      }
      let good = try await checked("delete")
      #expect(good.wouldApply)
      #expect(good.tests == DraftCheckReply.Tests(run: 1, failures: []))
      #expect(good.generation == 1)
      #expect(good.difference?.rules.map(\.new) == ["2"])
      #expect(good.difference?.rules.first?.fields.map(\.field) == ["filterActionName"])
      let bad = try await checked("pass")
      #expect(!bad.wouldApply)
      #expect(bad.tests.run == 1)
      #expect(bad.tests.failures.first?.contains("expected pass") == true)
      let broken: DraftCheckReply = try await api.post(ControlPath.draftCheck, DraftCheckRequest(text: "{"))
      #expect(!broken.wouldApply)
      #expect(broken.difference == nil)
    }
  }

  /// An edit names no generation; the apply does.
  @Test func secondEditorIsNotOverwritten() async throws {
    try await withAPI { api in
      let first: DraftReply = try await api.post(
        ControlPath.drafts, DraftRequest(edit: DraftEdit(switch: DraftEdit.Switch(rules: ["2"], enabled: false))))
      let second: DraftReply = try await api.post(
        ControlPath.drafts, DraftRequest(edit: DraftEdit(switch: DraftEdit.Switch(rules: ["1"], enabled: false))))
      #expect(first.generation == 1 && second.generation == 1)
      let applied = try await api.response("/v1/rules?name=a.plist&generation=1", .put, first.text)
      #expect(applied.status == .ok)
      let refused = try await api.response("/v1/rules?name=a.plist&generation=1", .put, second.text)
      #expect(refused.status == .preconditionFailed)
      let active: ActiveRulesReply = try await api.get(ControlPath.rules)
      #expect(active.rules.map(\.enabled) == [true, false])
    }
  }

  /// Names are text, whatever is in them: JSON brings them back as they are.
  @Test(arguments: ["<script>alert(1)</script>", "\u{202E}gnp.exe", "a\u{0}b", "\"'`&", "\u{2028}"])
  func hostileNameComesBackAsText(_ name: String) async throws {
    try await withAPI { api in
      let edit = DraftEdit(set: DraftEdit.Field(rule: "1", field: "name", text: name))
      let reply: DraftReply = try await api.post(ControlPath.drafts, DraftRequest(edit: edit))
      #expect(reply.editError == nil)
      #expect(reply.rules.first?.name == name)
      let check: DraftCheckReply = try await api.post(ControlPath.draftCheck, DraftCheckRequest(text: reply.text))
      #expect(check.wouldApply)
    }
  }
}
