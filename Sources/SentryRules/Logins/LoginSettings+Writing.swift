internal import SentryPropertyList

extension LoginSettings {
  /// What differs from the defaults.
  var written: PropertyListValue {
    let standard = LoginSettings()
    var entries: [PropertyListDictionary.Entry] = []
    func write(_ key: LoginKey, _ path: KeyPath<LoginSettings, Int>) {
      guard self[keyPath: path] != standard[keyPath: path] else { return }
      entries.append(.init(key: key.rawValue, value: .integer(Int64(self[keyPath: path]))))
    }
    write(.failures, \.failures)
    write(.window, \.windowSeconds)
    write(.block, \.blockSeconds)
    write(.growth, \.growth)
    write(.longestBlock, \.longestBlockSeconds)
    if !sources.isEmpty { entries.append(.init(key: LoginKey.sources.rawValue, value: .array(sources.map(\.written)))) }
    return .dictionary(PropertyListDictionary(entries))
  }
}

extension LoginSource {
  var written: PropertyListValue {
    var entries: [PropertyListDictionary.Entry] = []
    func write(_ key: LoginSourceKey, _ value: PropertyListValue) {
      entries.append(.init(key: key.rawValue, value: value))
    }
    switch place {
    case .file(let path): write(.file, .string(path))
    case .journal(let unit): write(.journal, .string(unit))
    }
    if !services.isEmpty { write(.services, .array(services.map { .string($0) })) }
    if let own {
      write(.name, .string(own.name))
      if let program = own.program { write(.program, .string(program)) }
      write(.failed, .array(own.failed.map { .string($0) }))
      if !own.succeeded.isEmpty { write(.succeeded, .array(own.succeeded.map { .string($0) })) }
    }
    return .dictionary(PropertyListDictionary(entries))
  }
}
