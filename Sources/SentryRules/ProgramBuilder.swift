/// What lowering a property may add to a program besides its test: the values that tests refer to by index.
///
/// Equal values share one index.
public struct ProgramBuilder {
  private let settings: Settings
  private(set) var contents = Pool<ContentPattern>()
  private(set) var keywords = Pool<[UInt8]>()
  private(set) var names = Pool<NamePattern>()
  private(set) var applications = Pool<ApplicationName>()
  private(set) var optionLists = Pool<[UInt8]>()
  private(set) var interfaces = Pool<InterfacePattern>()

  init(settings: Settings) {
    self.settings = settings
  }

  mutating func index(of content: ContentPattern) -> Int32 { contents.index(of: content) }

  mutating func index(ofKeyword keyword: [UInt8]) -> Int32 { keywords.index(of: keyword) }

  mutating func index(of name: NamePattern) -> Int32 { names.index(of: name) }

  mutating func index(of application: ApplicationName) -> Int32 { applications.index(of: application) }

  mutating func index(ofOptions list: [UInt8]) -> Int32 { optionLists.index(of: list) }

  /// Names of other systems become this one's first.
  mutating func index(of interface: InterfacePattern) -> Int32 {
    guard case .named(let name) = interface else { return interfaces.index(of: interface) }
    return interfaces.index(of: .named(settings.systemName(of: name)))
  }
}

/// Distinct values in the order they came.
struct Pool<Value: Hashable> {
  private(set) var values: [Value] = []
  private var indexes: [Value: Int32] = [:]

  mutating func index(of value: Value) -> Int32 {
    if let known = indexes[value] { return known }
    let index = Int32(clamping: values.count)
    values.append(value)
    indexes[value] = index
    return index
  }
}
