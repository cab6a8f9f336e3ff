// What the guide says about the tests that a document carries.

internal import SentryDiagnostics

let testPages: [FindingPage] = [
  FindingPage(
    .badTest, .error, "a test that cannot be run",
    meaning: """
      Something in it is missing, has no meaning here or contradicts the rest. A document whose promises cannot be looked at does \
      not run.
      """,
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); tests = ( { expect = pass; } ); }"),
    remedy: "Give each test a packet, or packets, as docs/Notation.md shows."),
  FindingPage(
    .badPacket, .error, "a packet that cannot be read",
    meaning: "The place is that within the packet's text, where the reading stopped.",
    example: .text(
      "{ rules = ( { nodeName = all; enabled = 1; } ); tests = ( { packet = \"tpc 1.2.3.4 > me\"; expect = pass; } ); }"
    ),
    remedy: "Write it as docs/Notation.md shows: tcp 203.0.113.9:40000 > me:23 syn."),
  FindingPage(
    .emptyTest, .warning, "a test that expects nothing",
    meaning: "It cannot fail, so it promises nothing.",
    example: .text(
      "{ rules = ( { nodeName = all; enabled = 1; } ); tests = ( { packet = \"udp 1.2.3.4:53 > me:53\"; } ); }"),
    remedy: "Add expect = pass, or another verdict, or the rule that is to decide."),
  FindingPage(
    .testFailed, .error, "a test that fails",
    meaning: """
      The rules do not do what the document promises. Found by sentry test, and by sentry apply and sentry run, which refuse such a \
      document; sentry check does not run tests.
      """,
    example: .told("tests = ( { packet = \"tcp 203.0.113.9:40000 > me:23 syn\"; expect = pass; } );"),
    remedy: "Look with sentry explain at what happens to the packet; correct the rules, or the promise."),
]
