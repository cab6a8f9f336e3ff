/// A name of the rule language that this version reads and refuses, rather than take it for a slip.
struct UnsupportedName: Sendable {
  let name: String
  var aliases: [String] = []
  var codes = GenerationCodes.none
}

/// Properties that need to know the process behind a flow.
let unsupportedProperties: [UnsupportedName] = [
  UnsupportedName(name: "Application"),
  UnsupportedName(name: "User"),
]
