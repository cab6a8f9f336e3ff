internal import SentryControl

/// What `explain --format json` prints for a packet, and what of the daemon's state was taken into account, as one object.
struct ExplainReply: Encodable, Sendable {
  var explanation: ExplanationReport
  var state: ExplainedStateReport

  private enum CodingKeys: String, CodingKey { case state }

  func encode(to encoder: any Encoder) throws {
    try explanation.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(state, forKey: .state)
  }
}

/// Why nothing is explained.
enum ExplainRefusal: Error {
  /// What is wrong with the packet's line, with a caret under it.
  case unreadablePacket(String)
  /// The draft has errors; the first of them.
  case unusableDraft(String)
}
