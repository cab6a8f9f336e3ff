import SentryRules
import Testing

/// A document opened for editing.
func open(_ text: String) throws -> EditableDocument {
  try EditableDocument(reading: Array(text.utf8), fileName: "test.plist")
}

extension EditedDocument {
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

func snippet(_ text: String) throws -> Snippet {
  try Snippet(reading: Array(text.utf8), fileName: "snippet")
}

func number(_ text: String) throws -> RuleNumber {
  try #require(RuleNumber(text))
}

/// Three rules with what authors add: comments of every kind, numbers, an empty line.
let sample = """
  // My firewall.
  {
    rules = ( // the list
      // Nobody needs it.
      { /* 1 */ nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }, // one

      /* 2 is a group. */
      { /* 2 */ nodeName = group; enabled = 0; propertyName = Protocol; propertyValue = 6; children = (
        { /* 2.1 */ nodeName = a; enabled = 1; }, // first
        // about b
        { /* 2.2 */ nodeName = b; enabled = 1; children = (
          { /* 2.2.1 */ enabled = 1; }
        ); }
      ); },
      { /* 3 */ nodeName = last; enabled = 1; }
    );
    settings = { triggerDuration = 60; }; // a minute
  }

  """
