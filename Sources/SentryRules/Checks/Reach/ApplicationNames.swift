/// The executables that a document asks about, by numbers: in the order of their file names, those of one name together,
/// then of their paths. Executables that no rule asks about have the numbers between.
struct ApplicationNames: Sendable {
  /// `curl\0/usr/bin/curl` for a path, `curl\0` for a file name, which stands for all that begins so.
  private typealias Key = NameOrder.Key

  /// The names, and the ends of what file names stand for.
  private let order: NameOrder

  init(_ ruleSet: RuleSet) {
    var keys: Set<Key> = []
    for rule in ruleSet.rules where rule.property == ApplicationProperty.self {
      guard let text = try? ApplicationProperty.parse(Substring(rule.value)) else { continue }
      let name = ApplicationName(text)
      let key = Self.key(of: name)
      keys.insert(key)
      if name.form == .fileName { keys.insert(key + [NameOrder.end]) }
    }
    order = NameOrder(keys)
  }

  /// The executables that a name, one of the document's, means; `nil` for one in either case, which means some here and some
  /// there.
  func values(of name: ApplicationName) -> ValueSet? {
    let key = Self.key(of: name)
    switch name.form {
    case .path: return ValueSet(order.number(of: key))
    case .fileName: return ValueSet(order.number(of: key)...order.number(of: key + [NameOrder.end]))
    case .pathInEitherCase, .fileNameInEitherCase: return nil
    }
  }

  private static func key(of name: ApplicationName) -> Key {
    let file = name.name.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    return file + [0] + (name.form == .path ? name.name : [])
  }
}
