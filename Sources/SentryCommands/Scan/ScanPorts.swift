internal import SentryRules

/// Ports to be looked at, as people write them: `22`, `80,443`, `8000-8010`, `53/udp`.
struct ScanPorts: Equatable {
  struct Port: Hashable, Comparable {
    /// `tcp` or `udp`.
    var transport: String
    var number: UInt16

    static func < (a: Port, b: Port) -> Bool { (a.transport, a.number) < (b.transport, b.number) }
  }

  /// Sorted, each once.
  private(set) var ports: [Port]

  /// At most so many in one scan.
  static let most = 1_024

  init(_ ports: some Sequence<Port>) { self.ports = Set(ports).sorted() }

  /// What is wrong is told with the part that is.
  init(reading text: String) throws(CommandFailure) {
    var found: Set<Port> = []
    for part in text.split(separator: ",") {
      guard let ports = ServicePorts(part), ports.ports.lowerBound > 0 else {
        throw CommandFailure(
          .usage, "'\(part.visible)' is no port: expected 22, 8000-8010, 53/udp, with commas between them")
      }
      for transport in ["tcp", "udp"] where ports.transport == .any || ports.transport.rawValue == transport {
        found.formUnion(ports.ports.map { Port(transport: transport, number: $0) })
      }
    }
    guard !found.isEmpty else { throw CommandFailure(.usage, "no port is named") }
    guard found.count <= Self.most else {
      throw CommandFailure(.usage, "\(found.count) ports are too many: at most \(Self.most) in one scan")
    }
    ports = found.sorted()
  }
}

extension Substring {
  fileprivate var visible: String { String(self).visible }
}
