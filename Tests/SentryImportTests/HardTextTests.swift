import SentryDiagnostics
import SentryImport
import Testing

/// Quotes, texts that are no rules, and rules that are too much: none may swallow a rule, or become one, without a word.
@Suite struct HardTextTests {
  private func ipfw(_ text: String) -> ImportedRules {
    ImportedRules(ipfw: Array(text.utf8), fileName: "rules", options: ImportOptions())
  }

  private func nft(_ text: String) -> ImportedRules {
    ImportedRules(nft: Array(text.utf8), fileName: "rules", options: ImportOptions())
  }

  private func errors(_ rules: ImportedRules) -> [String] {
    rules.diagnostics.filter { $0.severity == .error }.map(\.message)
  }

  /// ipfw itself reads such a file, and knows no quotes.
  @Test func apostrophesOfCommentsAreText() {
    let rules = ipfw(
      "add 100 allow tcp from any to any 22 // Bob's host\nadd 200 deny tcp from any to any # isn't it\n"
        + "add 300 allow ip from any to any\n")
    #expect(errors(rules) == [])
    for name in ["00100 allow tcp", "Bob's host", "00200 deny tcp", "00300 allow ip"] {
      #expect(rules.text?.contains(name) == true, "\(name)")
    }
  }

  @Test func anOpenQuoteTakesNoOtherRuleAlong() {
    let rules = ipfw("add 100 allow tcp from any to 'any 22\nadd 200 deny ip from any to any\n")
    #expect(errors(rules) == ["a quote that does not end"])
    #expect(rules.text?.contains("00200 deny ip") == true)
  }

  @Test func whatIsHandedToACommandIsNoRule() {
    let rules = ipfw(
      "#!/bin/sh\n: <<XX\nipfw add 50 allow ip from any to any\nXX\nipfw add 100 allow tcp from any to any 22\n"
        + "cat <<-'END'\nipfw add 70 allow ip from any to any\n\tEND\nipfw add 65000 deny ip from any to any\n")
    #expect(errors(rules).count == 2)
    #expect(rules.text?.contains("00050") == false && rules.text?.contains("00070") == false)
    #expect(rules.text?.contains("00100") == true && rules.text?.contains("65000 deny") == true)
  }

  @Test func anOpenQuoteOfNftablesIsAnError() {
    let rules = nft(
      """
      table inet f {
        chain i {
          type filter hook input priority 0; policy drop;
          tcp dport 22 accept comment "ssh
          tcp dport 80 accept
        }
      }
      """)
    #expect(errors(rules) == ["a quote that does not end on its line"])
    #expect(rules.text?.contains("80") == true)
  }

  /// As rulesets begin that are to take the place of others at one stroke.
  @Test func aTableMayBeMadeThenDeleted() {
    let rules = nft(
      """
      table inet filter
      delete table inet filter
      table inet filter {
        chain i { type filter hook input priority 0; policy drop; tcp dport 22 accept
        }
      }
      """)
    #expect(errors(rules) == [])
    #expect(rules.text?.contains("22") == true)
  }
}
