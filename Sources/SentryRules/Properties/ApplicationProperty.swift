/// `Application`: the program on this host that sends or receives the packet, by its executable.
enum ApplicationProperty: Property {
  static let name = "Application"
  static let codes = GenerationCodes.none
  static let summary = "the program on this host behind the packet"
  static let details = """
    A path from the root means that executable, anything else every executable of that file name. Asked of the \
    socket that sends the packet, or that receives it: that of the connection, or else the one that listens. Where \
    processes share it, one of them counts. Of a script it is the interpreter. Forwarded packets, \
    those that the kernel makes by itself, those of containers and other network namespaces, and all packets of \
    captures and bridges have none. a=A makes no difference between capitals and small letters. \
    docs/Enforcement.md says more. The whole value counts: remarks in parentheses are part \
    of the text.
    """
  static let valueSyntax = "the path of an executable, or its file name"
  static let example = "/usr/bin/curl"
  static let relations: Set<Relation> = [.equal, .notEqual, .equalIgnoringCase]
  static let precondition: String? = OwnerText.precondition
  static let remarks = ValueRemarks.nowhere

  /// In bytes, as for the kernel (`PATH_MAX`).
  private static let longestPath = 4_096

  static func parse(_ text: Substring) throws(ValueError) -> String {
    let text = text.trimmed
    guard text.utf8.count <= longestPath else { throw .notAnExecutable(text) }
    // The kernel knows an executable by its real path: without '.', '..' or doubled slashes.
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst(text.first == "/" ? 1 : 0)
    let isPath = text.first == "/"
    guard !parts.contains(where: { ["", ".", ".."].contains($0) }), isPath || parts.count == 1 else {
      throw .notAnExecutable(text)
    }
    return String(text)
  }

  static func lower(_ relation: Relation, _ operand: String, into program: inout ProgramBuilder) -> LoweredTest {
    let name = ApplicationName(operand, ignoresCase: relation == .equalIgnoringCase)
    return LoweredTest(.application(name: program.index(of: name)), relation)
  }
}
