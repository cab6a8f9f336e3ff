/// The services that are known, with the ports that belong together: the group `Services` of a document.
public struct ServiceTable: Sendable {
  public let group: ServiceGroup
  private let bytes: [UInt8]

  /// `nil` if the document has no such group.
  public init?(reading bytes: [UInt8]) {
    guard let group = ServiceGroup(in: DraftDocument(reading: bytes, fileName: ServiceGroup.name).rules) else {
      return nil
    }
    self.group = group
    self.bytes = bytes
  }

  /// The rules of services, ready to be pasted.
  func snippet(of services: [Service]) throws(EditError) -> Snippet {
    let copied = try CopiedRules(of: services.map(\.number.description), from: bytes, fileName: ServiceGroup.name)
    return try Snippet(reading: Array(copied.text.utf8), fileName: ServiceGroup.name)
  }
}
