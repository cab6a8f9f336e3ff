import SentryPacket
import SentryRules
import Testing

private func permitted(_ permission: ApplicationPermission) -> LocalProcess {
  LocalProcess(executable: nil, user: nil, permission: permission)
}

private let curl = LocalProcess(executable: "/usr/bin/curl", user: 1_000)

/// By the names of the program, as the daemon asks them.
private func matches(_ property: String, _ relation: Relation, _ value: String, _ process: LocalProcess?) throws -> Bool
{
  let program = try program(property, relation, value)
  let instruction = try #require(program.instructions.first)
  let owner = program.owner(process)
  let holds: Bool
  switch instruction.test {
  case .application(let name): holds = owner.has(name: name)
  case .number(.applicationPermission, let range):
    holds = owner.permission.map { range.contains(UInt64($0.rawValue)) } ?? false
  case .number(.user, let range): holds = owner.user.map { range.contains(UInt64($0)) } ?? false
  default:
    Issue.record("\(instruction.test)")
    return false
  }
  return holds != instruction.isNegated
}

struct OwnerCase: Sendable, CustomTestStringConvertible {
  let property: String, relation: Relation, value: String, process: LocalProcess?, matches: Bool

  init(_ property: String, _ relation: Relation, _ value: String, _ process: LocalProcess?, _ matches: Bool) {
    self.property = property
    self.relation = relation
    self.value = value
    self.process = process
    self.matches = matches
  }

  var testDescription: String {
    "\(property) \(relation.name) \(value) \(matches ? "matches" : "does not match") "
      + "\(process?.executable ?? "nobody") of \(process?.user.map { "\($0)" } ?? "nobody")"
  }
}

@Test(arguments: [
  OwnerCase("Application", .equal, "/usr/bin/curl", curl, true),
  OwnerCase("Application", .equal, "curl", curl, true),
  OwnerCase("Application", .equal, "  curl ", curl, true),
  OwnerCase("Application", .equal, "url", curl, false),
  OwnerCase("Application", .equal, "/bin/curl", curl, false),
  OwnerCase("Application", .equal, "curl", LocalProcess(executable: "/opt/curl/bin/wget", user: 0), false),
  OwnerCase("Application", .equal, "curl", LocalProcess(executable: "curl", user: 0), true),
  OwnerCase("Application", .equal, "/curl", LocalProcess(executable: "/curl", user: 0), true),
  OwnerCase("Application", .equal, "Curl", curl, false),
  OwnerCase("Application", .equalIgnoringCase, "CURL", curl, true),
  OwnerCase("Application", .equalIgnoringCase, "/USR/bin/Curl", curl, true),
  OwnerCase("Application", .equalIgnoringCase, "/opt/curl", curl, false),
  OwnerCase("Application", .notEqual, "curl", curl, false),
  OwnerCase("Application", .notEqual, "wget", curl, true),
  OwnerCase("Application", .equal, "curl", nil, false),
  OwnerCase("Application", .notEqual, "curl", nil, true),
  OwnerCase("Application", .notEqual, "curl", LocalProcess(executable: nil, user: 0), true),
  OwnerCase("Application", .equal, "my tool (new)", LocalProcess(executable: "/opt/my tool (new)", user: 0), true),
  OwnerCase("User", .equal, "root", LocalProcess(executable: nil, user: 0), true),
  OwnerCase("User", .equal, "root (the boss)", LocalProcess(executable: nil, user: 0), true),
  OwnerCase("User", .equal, "0", LocalProcess(executable: nil, user: 0), true),
  OwnerCase("User", .equal, "root", curl, false),
  OwnerCase("User", .notEqual, "root", curl, true),
  OwnerCase("User", .equal, "1000-59999", curl, true),
  OwnerCase("User", .equal, "1001-59999", curl, false),
  OwnerCase("User", .equal, "4294967294", LocalProcess(executable: nil, user: .max - 1), true),
  OwnerCase("Application permission", .equal, "denied", permitted(.denied), true),
  OwnerCase("Application permission", .equal, "Denied (by hand)", permitted(.denied), true),
  OwnerCase("Application permission", .equal, "denied", permitted(.allowed), false),
  OwnerCase("Application permission", .notEqual, "allowed", permitted(.changed), true),
  OwnerCase("Application permission", .equal, "unknown", permitted(.unknown), true),
  OwnerCase("Application permission", .equal, "unknown", curl, false),
  OwnerCase("Application permission", .notEqual, "unknown", nil, true),
  OwnerCase("User", .equal, "0", nil, false),
  OwnerCase("User", .notEqual, "0", nil, true),
])
func owners(_ row: OwnerCase) throws {
  #expect(try matches(row.property, row.relation, row.value, row.process) == row.matches)
}

@Test(arguments: [
  RefusedValue("Application", "", "'Application' needs a value"),
  RefusedValue("Application", "bin/curl", "from the root"),
  RefusedValue("Application", "/usr/bin/", "from the root"),
  RefusedValue("Application", "/usr/../bin/curl", "from the root"),
  RefusedValue("Application", "/", "from the root"),
  RefusedValue("Application", "..", "from the root"),
  RefusedValue("Application permission", "", "'Application permission' needs a value"),
  RefusedValue("Application permission", "maybe", "found 'maybe'"),
  RefusedValue("User", "", "'User' needs a value"),
  RefusedValue("User", "nobody-of-this-name", "this host has no user called 'nobody-of-this-name'"),
  RefusedValue("User", "4294967295", "out of range"),
  RefusedValue("User", "20-10", "ends before it starts"),
])
func refusedOwners(_ row: RefusedValue) { row.expect() }

@Test func equalNamesShareANumber() throws {
  let document = RuleDocument(
    reading: """
      ( { enabled = 1; propertyName = Application; propertyValue = curl; },
        { enabled = 1; propertyName = Application; relationName = "!="; propertyValue = curl; },
        { enabled = 1; propertyName = Application; relationName = "a=A"; propertyValue = curl; } )
      """)
  let program = try #require(document.ruleSet).program()
  #expect(program.applications.count == 2)
  #expect(program.asksForOwners)
}

@Test func rulesThatAreOffAskForNobody() throws {
  let document = RuleDocument(
    reading: "( { enabled = 0; propertyName = Application; propertyValue = curl; }, { enabled = 1; } )")
  #expect(try #require(document.ruleSet).program().asksForOwners == false)
}
