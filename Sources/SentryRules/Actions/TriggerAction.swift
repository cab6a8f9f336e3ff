/// `Trigger`: puts the source address into table `trigger`, then acts as `Delete`.
enum TriggerAction: Action {
  static let name = "Trigger"
  static let codes = GenerationCodes(newest: 11, middle: 10)
  static let summary = "remembers the source in table trigger, and discards the packet"
  static let details = """
    Nothing is blocked by this alone: a rule Include == trigger with Delete, further up, acts on it. \
    A source may have to show more than one packet (settings.triggerProof), and no more than 600 new ones enter in a minute \
    (settings.triggersPerMinute).
    """
  static let operation = Operation.trigger
}
