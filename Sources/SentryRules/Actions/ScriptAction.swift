/// `Script`: writes a log entry, runs a program from the folder of scripts, and goes on. The classic program called it
/// `AppleScript`.
enum ScriptAction: Action {
  static let name = "Script"
  static let aliases = [classicName]
  static let classicName = "AppleScript"
  static let codes = GenerationCodes(newest: 22, middle: 21)
  static let summary = "writes a log entry and runs a script, and goes on"
  static let details = "Scripts come from one folder; a parameter with a slash or a leading dot is refused."
  static let parameterMeaning: String? = "the name of a file in the folder of scripts; none for the default script"
  static let parameterExample = "page-me"
  static let operation = Operation.script

  /// In bytes: what file systems allow.
  private static let longestName = 255

  static func argument(of parameter: String) throws(ValueError) -> ActionArgument {
    let hasControl = parameter.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard !parameter.contains("/"), !parameter.hasPrefix("."), !hasControl, parameter.utf8.count <= longestName else {
      throw .notAScriptName(parameter)
    }
    return .none
  }
}
