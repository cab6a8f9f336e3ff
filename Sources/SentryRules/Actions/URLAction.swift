/// `URL`: probes or fetches its parameter, and goes on.
enum URLAction: Action {
  static let name = "URL"
  static let codes = GenerationCodes(newest: 20, middle: 19)
  static let summary = "probes or fetches, and goes on"
  static let parameterMeaning: String? = "ping://host, lookup://host, tcp://host:port, http://… or https://…"
  static let parameterExample = "ping://192.0.2.2"
  static let operation = Operation.url

  static func argument(of parameter: String) throws(ValueError) -> ActionArgument {
    _ = try ProbeTarget(parameter)
    return .none
  }
}
