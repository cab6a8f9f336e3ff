public import ArgumentParser
public import SentryJournal

extension TrafficDimension: ExpressibleByArgument {
  /// As the command line, CSV and JSON call it.
  var name: String {
    switch self {
    case .service: "service"
    case .host: "host"
    case .interface: "interface"
    case .application: "application"
    }
  }

  public init?(argument: String) {
    guard let dimension = Self.allCases.first(where: { $0.name == argument }) else { return nil }
    self = dimension
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
  public var defaultValueDescription: String { name }
}

extension TrafficScale: ExpressibleByArgument {
  /// As the command line and JSON call it.
  var name: String {
    switch self {
    case .minute: "minute"
    case .hour: "hour"
    case .day: "day"
    }
  }

  public init?(argument: String) {
    guard let scale = Self.allCases.first(where: { $0.name == argument }) else { return nil }
    self = scale
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
  public var defaultValueDescription: String { name }
}
