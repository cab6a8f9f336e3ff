import SentryDiagnostics
import SentryImport
import SentryRules
import Testing

/// Scripts, as sh(1) runs them and as ipfw(8) reads files.
@Suite struct IPFWScriptTests {
  private static func imported(_ text: String) -> ImportedRules { SampleRulesetTests.imported(text) }

  /// By the beginnings of their names.
  private static func isEnabled(_ name: String, in rules: ImportedRules) throws -> Bool? {
    try #require(rules.ruleSet, "\(rules.diagnostics)").rules.first { $0.name.hasPrefix(name) }?.isEnabled
  }

  @Test(arguments: [
    "( ipfw add 100 deny tcp from any to any 23 )", "(ipfw add 100 deny tcp from any to any 23)",
    "(\n  ipfw add 100 deny tcp from any to any 23\n)", "PATH=/sbin ipfw add 100 deny tcp from any to any 23",
    "env PATH=/sbin ipfw -q add 100 deny tcp from any to any 23", "time ipfw add 100 deny tcp from any to any 23",
    "-f flush\n-q add 100 deny tcp from any to any 23", "-q add 100 deny tcp from any to any 23",
    "port=; ipfw add 100 deny tcp from any to any ${port:-23}", "ipfw add 100 deny tcp from any to any ${port-23}",
  ])
  func whatRunsIsTakenOver(_ script: String) throws {
    let rules = Self.imported("\(script)\nipfw add 300 allow ip from any to any\n")
    #expect(rules.diagnostics.filter { $0.severity >= .warning } == [])
    #expect(try Self.isEnabled("00100 deny tcp from any to any 23", in: rules) == true)
    #expect(try Self.isEnabled("00300 allow", in: rules) == true)
  }

  @Test(arguments: [
    "test -e /etc/x || {\n  true\n  ipfw add 100 deny tcp from any to any 23\n}",
    "test -e /etc/x &&\n  ipfw add 100 deny tcp from any to any 23",
    "test -e /etc/x && (\n ipfw add 100 deny tcp from any to any 23\n)",
    "myfw -q add 100 deny tcp from any to any 23",
    "net=192.0.2.0/24\nipfw add 100 deny tcp from ${net%/*} to any",
    "L=22\nipfw add 100 deny tcp from any to any ${L/22/23}",
    "L=22\nipfw add 100 deny tcp from any to any ${L:+25}", "L=22\nipfw add 100 deny tcp from any to any ${L+25}",
    "n=a.b\nipfw add 100 deny tcp from any to any ${n#*.}", "(port=22)\nipfw add 100 deny tcp from any to any $port",
    "a=x\nipfw add 100 deny tcp from any to any ${b:-${a}}",
  ])
  func whatOnlyAShellCanTellIsSwitchedOff(_ script: String) throws {
    let rules = Self.imported("\(script)\nipfw add 300 allow ip from any to any\n")
    #expect(rules.diagnostics.count { $0.severity == .error } == 1, "\(rules.diagnostics)")
    #expect(try Self.isEnabled("00100 deny tcp", in: rules) == false)
    #expect(try Self.isEnabled("00300 allow", in: rules) == true)
  }

  // MARK: Functions

  private static let denied = "00100 deny tcp from any to any 23"

  @Test(arguments: [
    "f() { ipfw add 100 deny tcp from any to any 23; }\nf",
    "f() {\n  ipfw add 100 deny tcp from any to any 23\n}\nf\n",
    "function f {\n  ipfw add 100 deny tcp from any to any $1\n}\nf 23",
    "add() { /sbin/ipfw -q add \"$@\"; }\nadd 100 deny tcp from any to any 23",
    "ipfw() { /sbin/ipfw -q $*; }\nipfw add 100 deny tcp from any to any 23",
    "f ()\n{\n  local p=$1\n  local q\n  shift\n  for n in $@; do\n    ipfw add $n deny tcp from any to any $p\n  done\n}\nf 23 100",
    "g() { ipfw add 100 deny tcp from any to any $1; }\nf() { g ${2:-23}; }\nf 5",
    "telnet=23\nf() { ipfw add 100 deny tcp from any to any ${1:-$telnet}; }\nf",
    "f() { ipfw add 100 deny tcp from any to any 23; return 0; ipfw add 200 allow ip from any to any; }\nf",
    "f() { set_up=1; }\nf; ipfw add 100 deny tcp from any to any 23",
    "f() {\n  for p in 23; do ipfw add 100 deny tcp from any to any $p; done\n}\nf && true",
    "unused() { ipfw -q flush; }\nipfw add 100 deny tcp from any to any 23",
  ])
  func whatFunctionsDoIsTakenOver(_ script: String) throws {
    let rules = Self.imported("ipfw add 300 allow ip from any to any\n\(script)")
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.allSatisfy { $0.message.contains("'unused()'") }, "\(rules.diagnostics)")
    let names = try #require(rules.ruleSet).rules.filter { $0.isEnabled && $0.name.hasPrefix("00") }.map(\.name)
    #expect(names.contains(Self.denied) && !names.contains { $0.hasPrefix("00200") }, "\(names)")
  }

  @Test(arguments: [
    ("f() { ipfw add 100 deny tcp from any to any 23; }\n[ -e /x ] && f", "depends on 'f' before it"),
    ("f() { ipfw add 100 deny tcp from any to any 23; }\nif [ -e /x ]; then f; fi", "depends on 'if'"),
    ("f() { [ -e /x ] || return; ipfw add 100 deny tcp from any to any 23; }\nf", "depends on 'return'"),
    ("f() { ipfw add 100 deny tcp from any to any $1; }\nf $port", "what '$port' stands for"),
    ("f() { ipfw add 100 deny tcp from any to any ${2:-$port}; }\nf 23", "stands for is not known"),
    ("for p in 23; do [ -e /x ] && continue; ipfw add 100 deny tcp from any to any $p; done", "depends on 'continue'"),
    ("f() { ipfw add 100 deny tcp from any to any 23; }", "depends on 'f()'"),
    ("if [ -e /x ]; then f() { ipfw add 100 deny tcp from any to any 23; }; fi\nf", "depends on 'f()'"),
  ])
  func whatAFunctionMayDoIsSwitchedOff(_ script: String, _ message: String) throws {
    let rules = Self.imported("\(script)\nipfw add 300 allow ip from any to any\n")
    let errors = rules.diagnostics.filter { $0.severity == .error }.map(\.message)
    #expect(errors.count == 1 && errors.first?.contains(message) == true, "\(rules.diagnostics)")
    #expect(try Self.isEnabled("00100 deny tcp", in: rules) == false)
    #expect(try Self.isEnabled("00300 allow", in: rules) == true)
  }

  /// What is wrong with what a function is called with is told where it is called.
  @Test func findingsStandOnTheLineOfTheCall() throws {
    let rules = Self.imported(
      "add() {\n  ipfw add $*\n}\nadd 100 deny ip from any to nowhere\nadd 200 allow ip from any to me")
    let errors = rules.diagnostics.filter { $0.severity == .error }
    #expect(errors.map { rules.source.location(of: $0.range.lowerBound).line } == [4])
    #expect(try Self.isEnabled("00100 deny", in: rules) == false)
  }

  @Test func functionsThatCallThemselvesEnd() throws {
    for calls in ["f() { ipfw add deny ip from any to me; f; }\nf", "f() { g; }\ng() { f; f; }\nf"] {
      let rules = Self.imported("\(calls)\nipfw add 300 allow ip from any to any\n")
      #expect(rules.diagnostics.contains { $0.severity == .error && $0.message.contains("calls itself") })
      #expect(try Self.isEnabled("00300 allow", in: rules) == true)
    }
    let doubling = (1...60).map { "f\($0)() { f\($0 - 1); f\($0 - 1); }\n" }.joined()
    let many = Self.imported("f0() { true; }\n\(doubling)f60\nipfw add 300 allow ip from any to any\n")
    #expect(many.diagnostics.contains { $0.severity == .error && $0.message.contains("rounds of loops and calls") })
  }

  @Test func nothingRunsBehindTheEnd() throws {
    let rules = Self.imported("ipfw add 100 deny ip from any to me\nexit 0\nipfw add 50 allow ip from any to any\n")
    #expect(rules.diagnostics.contains { $0.message.contains("the script ends here") && $0.severity == .note })
    #expect(try Self.isEnabled("00050", in: rules) == nil)
    let certain = Self.imported("test -e /x || exit 1\n(exit 1)\nipfw add 50 allow ip from any to any\n")
    #expect(try Self.isEnabled("00050", in: certain) == true)
  }

  /// 2 to the power of 40 times 64 bytes.
  @Test(.timeLimit(.minutes(1))) func variablesOfVariablesEnd() throws {
    let doubling = (1...40).map { "a\($0)=$a\($0 - 1)$a\($0 - 1)\n" }.joined()
    let rules = Self.imported(
      "a0=\(String(repeating: "a", count: 64))\n\(doubling)ipfw add 100 deny ip from $a40 to any\nipfw add 300 allow ip from any to any"
    )
    #expect(rules.diagnostics.contains { $0.severity == .error })
    #expect(try Self.isEnabled("00100 deny", in: rules) == false)
    #expect(try Self.isEnabled("00300 allow", in: rules) == true)
    let words =
      "b='\(String(repeating: String(repeating: "x", count: 63) + " ", count: 900))'\nipfw add 100 deny ip from "
    let long = Self.imported("\(words)\(String(repeating: "$b ", count: 1_000))\n00300 allow ip from any to any\n")
    #expect(long.diagnostics.contains { $0.message.contains("a command of more than") })
    #expect(try Self.isEnabled("00300 allow", in: long) == true)
    let many = Self.imported(
      words + "any\n" + String(repeating: "ipfw add allow ip from $b to any\n", count: 100))
    #expect(many.diagnostics.contains { $0.message.contains("the file becomes too long") })
  }
}
