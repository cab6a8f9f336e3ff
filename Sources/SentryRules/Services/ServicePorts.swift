internal import SentryPacket

/// Ports that a service listens on: `22/tcp`, `8000-8010/udp`, or of both protocols `53`.
public struct ServicePorts: Sendable, Hashable, CustomStringConvertible {
  public enum Transport: String, Sendable, CaseIterable {
    case tcp, udp
    /// Either.
    case any

    /// As a rule writes it; `nil` for either.
    var value: String? {
      switch self {
      case .tcp: "6 (TCP)"
      case .udp: "17 (UDP)"
      case .any: nil
      }
    }
  }

  public var transport: Transport
  public var ports: ClosedRange<UInt16>

  public init(_ transport: Transport, _ ports: ClosedRange<UInt16>) {
    self.transport = transport
    self.ports = ports
  }

  /// What a person writes: `8080/tcp`, `8000-8010/udp`, `53`; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.lowercased().split(separator: "/", omittingEmptySubsequences: false)
    guard let ports = parts.first, parts.count <= 2, let range = Self.range(of: ports), range.lowerBound > 0
    else { return nil }
    guard parts.count == 2 else {
      self.init(.any, range)
      return
    }
    guard let transport = Transport(rawValue: String(parts[1])), transport != .any else { return nil }
    self.init(transport, range)
  }

  /// As a rule writes it, with remarks in parentheses: `80 (http)`, `137-139`.
  static func range(of value: some StringProtocol) -> ClosedRange<UInt16>? {
    let plain = Substring(value.prefix { $0 != "(" }).trimmed
    guard let range = try? NumberText.range(plain, within: 0...UInt64(UInt16.max)) else { return nil }
    return UInt16(range.lowerBound)...UInt16(range.upperBound)
  }

  /// `22`, `8000-8010`.
  var value: String {
    ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
  }

  public var description: String { transport == .any ? value : "\(value)/\(transport.rawValue)" }

  /// Whether all of `other` is among them.
  public func covers(_ other: ServicePorts) -> Bool {
    (transport == .any || transport == other.transport) && ports.lowerBound <= other.ports.lowerBound
      && other.ports.upperBound <= ports.upperBound
  }

  /// Whether some port of `other` is among them.
  func overlaps(_ other: ServicePorts) -> Bool {
    (transport == .any || other.transport == .any || transport == other.transport) && ports.overlaps(other.ports)
  }
}
