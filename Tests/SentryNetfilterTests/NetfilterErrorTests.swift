import Testing

@testable import SentryNetfilter

/// What nftables 1.0.6 and iptables 1.8.9 write, and what people are told.
struct NetfilterErrorTests {
  @Test(arguments: [
    (
      "<cmdline>:1:1-20: Error: Could not process rule: Operation not permitted (you must be root)\nadd table inet t\n^^^^\n",
      "cannot list: that needs more rights; run as root or with CAP_NET_ADMIN"
    ),
    (
      "Error: Could not process rule: Device or resource busy\nadd chain\n",
      "cannot list: Device or resource busy"
    ),
    ("Error: syntax error, unexpected end of file\n", "cannot list: syntax error, unexpected end of file"),
    ("", "cannot list: nftables does not say why"),
  ])
  func ofNftables(_ text: String, _ message: String) {
    #expect(NetfilterError(asked: "list", nftables: text).description == message)
  }

  @Test(arguments: [
    (
      "iptables-restore v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n",
      "cannot install: that needs more rights; run as root or with CAP_NET_ADMIN"
    ),
    (
      "# Warning: iptables-legacy tables present\niptables-restore v1.8.9 (nf_tables): line 4: RULE_APPEND failed (No such file or directory): rule in chain q\n",
      """
      cannot install: this kernel has no NFQUEUE or MARK target (iptables-restore v1.8.9 (nf_tables): line 4: RULE_APPEND \
      failed (No such file or directory): rule in chain q); try 'modprobe nft_compat xt_NFQUEUE xt_mark'
      """
    ),
    (
      "iptables-restore: line 3 failed\n",
      "cannot install: 'iptables-restore' ended with status 1: iptables-restore: line 3 failed"
    ),
    ("", "cannot install: 'iptables-restore' ended with status 1"),
  ])
  func ofIptables(_ text: String, _ message: String) {
    let error = NetfilterError(asked: "install", program: "iptables-restore", status: 1, wrote: text)
    #expect(error.description == message)
  }

  @Test func missingPrograms() {
    let tool = Tool(name: "no-such-program", package: "iptables")
    #expect(throws: NetfilterError.noProgram(name: "no-such-program", package: "iptables")) { try tool.run([]) }
    #expect(
      NetfilterError.noProgram(name: "iptables-restore", package: "iptables").description
        .contains("try 'apt install iptables'"))
  }

  @Test func aToolReadsItsInputAndIsHeard() throws {
    let outcome = try Tool(name: "sh", package: "dash").run(["-c", "cat; echo problem >&2; exit 3"], input: "text")
    #expect(outcome.output == "text")
    #expect(outcome.errors == "problem\n")
    #expect(outcome.status == 3)
    #expect(try Tool(name: "sh", package: "dash").run(["-c", "kill -9 $$"]).status == 137)
  }
}
