internal import ArgumentParser
internal import SentryRules

/// A command line that cannot be understood, told with the way out.
enum UsageError {
  /// What is wrong with the first word that should name a command and does not, and the command that has none of that
  /// name.
  ///
  /// The parser would call it an unexpected argument.
  static func unknownCommand(
    in arguments: [String]
  ) -> (mistake: ValidationError, command: any ParsableCommand.Type)? {
    var command: any ParsableCommand.Type = Sentry.self
    for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
      let subcommands = command.configuration.subcommands
      guard !word.hasPrefix("-"), !subcommands.isEmpty else { return nil }
      guard let next = subcommands.first(where: { name(of: $0) == word }) else {
        let names = subcommands.map { name(of: $0) }
        let nearest = nearestName(to: word, in: names).map { "; did you mean '\($0)'?" }
        let path = path(to: command).joined(separator: " ")
        let all = names.count > 8 ? "'\(path) --help' lists them" : "there are \(names.joined(separator: ", "))"
        return (ValidationError("'\(path)' has no command '\(word)'\(nearest ?? "; \(all)")"), command)
      }
      command = next
    }
    return nil
  }

  /// The message, the usage of the command it is about, and where to read on.
  ///
  /// - Parameter command: the one that found the mistake while it ran; `nil` if parsing did.
  static func text(of error: any Error, in command: (any ParsableCommand.Type)?, _ arguments: [String]) -> String {
    if let command {
      return """
        Error: \(Sentry.message(for: error))
        Usage: \(Sentry.usageString(for: command))
          See '\(path(to: command).joined(separator: " ")) --help' for more information.
        """
    }
    let text = Sentry.fullMessage(for: error)
    // The parser takes what begins with a dash for an option, and then misses the argument.
    if text.hasPrefix("Error: Missing expected argument"),
      let number = arguments.first(where: {
        $0.count > 1 && $0.hasPrefix("-") && $0.dropFirst().first?.isNumber == true
      })
    {
      let rest = text.drop { $0 != "\n" }
      return "Error: Unknown option '\(number)'\(rest)"
    }
    return text
  }

  private static func path(to command: any ParsableCommand.Type) -> [String] {
    func search(_ candidates: [any ParsableCommand.Type]) -> [String]? {
      for candidate in candidates {
        if candidate == command { return [name(of: candidate)] }
        if let rest = search(candidate.configuration.subcommands) { return [name(of: candidate)] + rest }
      }
      return nil
    }
    return search([Sentry.self]) ?? ["sentry"]
  }

  /// As it is written on the command line.
  private static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? "\(command)".lowercased()
  }
}
