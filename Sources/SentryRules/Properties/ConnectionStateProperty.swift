/// `Connection state`: where the packet's flow stood before it (`ConnectionStates`).
enum ConnectionStateProperty: Property {
  static let name = "Connection state"
  static let codes = GenerationCodes.none
  static let summary = "how far the packet's connection has come"
  static let details = """
    It is the state before this packet. new: not known, and this packet may start one, as a TCP SYN without ACK, an \
    ICMP request and any UDP datagram may; a SYN sent again is still new. established: known, and open as far as TCP's \
    flags tell. closing: known, and a FIN or RST was seen. none: not known, and this packet cannot start one, as a stray \
    ACK or an answer that nobody asked for. An ICMP error counts to the connection it quotes. A connection that another one has announced \
    (settings.helpers) is established from its first packet on.
    """
  static let valueSyntax = "new, established, closing or none, or several of them separated by commas"
  static let example = "new"
  static let suggestions = ["new", "established", "closing", "none"]
  static let relations = Set<Relation>.unordered
  static let remarks = ValueRemarks.anywhere

  static func parse(_ text: Substring) throws(ValueError) -> ConnectionStates {
    var states: ConnectionStates = []
    for element in text.listElements { states.insert(try state(named: element, in: text)) }
    return states
  }

  static func lower(_ relation: Relation, _ operand: ConnectionStates, into program: inout ProgramBuilder)
    -> LoweredTest
  {
    LoweredTest(.connectionState(operand), relation)
  }

  private static func state(named name: Substring, in list: Substring) throws(ValueError) -> ConnectionStates {
    switch name.lowercased() {
    case "new": .new
    case "established": .established
    case "closing": .closing
    case "none": .none
    default: throw .unknownWord(name, expected: ["new", "established", "closing", "none"], in: list)
    }
  }
}
