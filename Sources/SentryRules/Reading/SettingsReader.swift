internal import SentryDiagnostics
internal import SentryPacket
internal import SentryPropertyList

/// Reads the `settings` dictionary, and what the classic document kept in the root instead. Ours wins.
struct SettingsReader {
  private var settings = Settings()
  private var findings: Findings
  private let limits: DocumentLimits

  static func read(_ root: PropertyListNode, within limits: DocumentLimits, into findings: inout Findings) -> Settings {
    var reader = SettingsReader(findings: findings, limits: limits)
    reader.readClassicKeys(of: root)
    if let node = root[RootKey.settings], !node.isMissing { reader.readDictionary(node) }
    findings = reader.findings
    return reader.settings
  }

  private init(findings: Findings, limits: DocumentLimits) {
    self.findings = findings
    self.limits = limits
  }

  // MARK: Classic

  /// Seconds by the classic index; `nil` is for ever.
  static let classicDurations: [UInt32?] = [nil, 60, 600, 3600, 36_000, 86_400, 864_000]

  private mutating func readClassicKeys(of root: PropertyListNode) {
    if let node = root[RootKey.classicTriggerDuration] {
      if let index = node.integer.flatMap({ Int(exactly: $0) }), Self.classicDurations.indices.contains(index) {
        settings.triggerDuration = Self.classicDurations[index]
      } else {
        findings.add(.badClassicDuration(node))
      }
    }
    if let node = root[RootKey.classicBlockIPv6] {
      settings.blockIPv6 = readSwitch(node, RootKey.classicBlockIPv6)
    }
  }

  // MARK: Ours

  private mutating func readDictionary(_ node: PropertyListNode) {
    guard node.kind == .dictionary else {
      return findings.add(.wrongType(of: RootKey.settings, expected: "a dictionary", at: node.place))
    }
    for entry in node.entries where !entry.value.isMissing {
      if let key = SettingKey(rawValue: entry.key) {
        read(key, entry)
      } else if !findings.isFull(for: .warning) {
        findings.add(.unknownSetting(entry.key, at: entry.keyPlace))
      }
    }
  }

  private mutating func read(_ key: SettingKey, _ entry: PropertyListEntry) {
    let node = entry.value
    switch key {
    case .triggerDuration: readTriggerDuration(node)
    case .triggerIPv6Prefix: readInteger(node, key, 1...128, into: \.triggerIPv6Prefix)
    case .triggersPerMinute: readTriggersPerMinute(node)
    case .triggerProof: readTriggerProof(node)
    case .observe: settings.observe = readSwitch(node, key.rawValue)
    case .addressCapacity: readInteger(node, key, 1...16_777_216, into: \.addressCapacity)
    case .connectionCapacity: readInteger(node, key, 1...16_777_216, into: \.connectionCapacity)
    case .fragmentCapacity: readInteger(node, key, 1...1_048_576, into: \.fragmentCapacity)
    case .delayCapacity: readInteger(node, key, 0...65_536, into: \.delayCapacity)
    case .delaySeconds: readDelay(node)
    case .local: settings.localNetworks = readNets(node, key)
    case .protected: settings.protectedNetworks = readNets(node, key)
    case .interfaceNames: readInterfaceNames(node)
    case .malformed: readMalformed(node)
    case .blockIPv6: settings.blockIPv6 = readSwitch(node, key.rawValue)
    case .helpers: readHelpers(node)
    case .blockedPage: readBlockedPage(node)
    case .mailTo: readMailTo(node)
    case .mailFrom: settings.mailFrom = readMailAddresses(node, .mailFrom, atMost: 1).first
    case .mailsPerMinute: readInteger(node, key, 0...1_000, into: \.mailsPerMinute)
    case .notificationsPerMinute: readInteger(node, key, 1...10_000, into: \.notificationsPerMinute)
    case .notificationsPerRule: readInteger(node, key, 1...10_000, into: \.notificationsPerRule)
    case .applications: settings.applications = ApplicationsReader.read(node, into: &findings)
    case .logins: settings.logins = LoginsReader.read(node, into: &findings)
    }
  }

  private static let foreverWords = ["forever": ["unlimited"], "infinite": ["unlimited"]]

  private mutating func readTriggerDuration(_ node: PropertyListNode) {
    if node.text == "unlimited" {
      settings.triggerDuration = nil
    } else if let seconds = node.integer.flatMap({ UInt32(exactly: $0) }), seconds > 0 {
      settings.triggerDuration = seconds
    } else {
      let expected = "seconds from 1 to \(UInt32.max), or unlimited"
      let hint = didYouMean(node.text ?? "", in: ["unlimited"], foreignWords: Self.foreverWords)
      findings.add(.badSetting(.triggerDuration, node, expected: expected, hint: hint))
    }
  }

  private static let triggersPerMinute = 1...1_000_000

  private mutating func readTriggersPerMinute(_ node: PropertyListNode) {
    let limits = Self.triggersPerMinute
    if node.text == "unlimited" {
      settings.triggersPerMinute = nil
    } else if let number = node.integer.flatMap({ Int(exactly: $0) }), limits.contains(number) {
      settings.triggersPerMinute = number
    } else {
      let expected = "a number from \(limits.lowerBound) to \(limits.upperBound), or unlimited"
      let hint = didYouMean(node.text ?? "", in: ["unlimited"], foreignWords: Self.foreverWords)
      findings.add(.badSetting(.triggersPerMinute, node, expected: expected, hint: hint))
    }
  }

  private mutating func readTriggerProof(_ node: PropertyListNode) {
    if let proof = node.text.flatMap({ TriggerProof(rawValue: $0) }) {
      settings.triggerProof = proof
    } else {
      let hint = didYouMean(node.text ?? "", in: TriggerProof.allCases.map(\.rawValue))
      findings.add(.badSetting(.triggerProof, node, expected: "handshake, repeated or none", hint: hint))
    }
  }

  private mutating func readInteger(
    _ node: PropertyListNode, _ key: SettingKey, _ limits: ClosedRange<Int>, into target: WritableKeyPath<Settings, Int>
  ) {
    if let number = node.integer.flatMap({ Int(exactly: $0) }), limits.contains(number) {
      settings[keyPath: target] = number
    } else {
      findings.add(.badSetting(key, node, expected: "a number from \(limits.lowerBound) to \(limits.upperBound)"))
    }
  }

  private mutating func readDelay(_ node: PropertyListNode) {
    if let seconds = node.text.flatMap({ Double($0) }), (0...60).contains(seconds) {
      settings.delaySeconds = seconds
    } else {
      findings.add(.badSetting(.delaySeconds, node, expected: "seconds from 0 to 60"))
    }
  }

  private static let foreignPolicies = foreignActionWords.compactMapValues { actions in
    let policies = actions.compactMap { MalformedPolicy(rawValue: $0.lowercased())?.rawValue }
    return policies.isEmpty ? nil : policies
  }

  private mutating func readMalformed(_ node: PropertyListNode) {
    if let policy = node.text.flatMap({ MalformedPolicy(rawValue: $0) }) {
      settings.malformed = policy
    } else {
      let hint = didYouMean(
        node.text ?? "", in: MalformedPolicy.allCases.map(\.rawValue), foreignWords: Self.foreignPolicies)
      findings.add(.badSetting(.malformed, node, expected: "delete or pass", hint: hint))
    }
  }

  private static let mostHelpers = 16

  /// An array of helpers, or one text with commas between them. What is said twice counts once.
  private mutating func readHelpers(_ node: PropertyListNode) {
    for element in node.elementsOrItself where !element.isMissing {
      for text in element.text.map({ Array(Substring($0).listElements) }) ?? [""] {
        guard settings.helpers.count < Self.mostHelpers else {
          return findings.add(
            .tooMany("helper", SettingKey.helpers.rawValue, limit: Self.mostHelpers, at: element.place))
        }
        guard let helper = Helper(reading: text) else {
          let hint = didYouMean(String(text), in: Helper.Kind.allCases.map(\.rawValue))
          findings.add(
            .badSetting(.helpers, element, expected: "ftp or tftp, or with a port, such as 'ftp 2121'", hint: hint))
          continue
        }
        if !settings.helpers.contains(helper) { settings.helpers.append(helper) }
      }
    }
  }

  private mutating func readBlockedPage(_ node: PropertyListNode) {
    if let text = node.text, (1...BlockedPage.longestText).contains(text.utf8.count) {
      settings.blockedPage = text
    } else {
      findings.add(.badSetting(.blockedPage, node, expected: "a text of 1 to \(BlockedPage.longestText) bytes"))
    }
  }

  private static let mostRecipients = 16

  private mutating func readMailTo(_ node: PropertyListNode) {
    settings.mailTo = readMailAddresses(node, .mailTo, atMost: Self.mostRecipients)
  }

  /// An array of addresses, or one text with commas between them.
  private mutating func readMailAddresses(_ node: PropertyListNode, _ key: SettingKey, atMost limit: Int) -> [String] {
    var addresses: [String] = []
    for element in node.elementsOrItself where !element.isMissing {
      let texts = element.text.map { Array(Substring($0).listElements) } ?? [""]
      for text in texts {
        guard addresses.count < limit else {
          findings.add(.tooMany("mail address", key.rawValue, limit: limit, at: element.place))
          return addresses
        }
        guard MailAddress.isUsable(text) else {
          findings.add(.badSetting(key, element, expected: "a mail address such as admin@example.org"))
          continue
        }
        addresses.append(String(text))
      }
    }
    return addresses
  }

  private mutating func readSwitch(_ node: PropertyListNode, _ key: String) -> Bool {
    node.readSwitch(key, into: &findings) ?? false
  }

  /// An array of nets, or one text with commas between them.
  private mutating func readNets(_ node: PropertyListNode, _ key: SettingKey) -> [AddressRange] {
    var ranges: [AddressRange] = []
    for element in node.elementsOrItself where !element.isMissing {
      guard let text = element.text else {
        findings.add(.badSetting(key, element, expected: "nets such as 192.0.2.0/24"))
        continue
      }
      for net in Substring(text).listElements {
        guard ranges.count < limits.nets else {
          findings.add(.tooMany("net", key.rawValue, limit: limits.nets, at: element.place))
          return ranges
        }
        do {
          ranges.append(try NetText.range(net))
        } catch {
          findings.add(.badSetting(key, error, at: element.place))
        }
      }
    }
    return ranges
  }

  private mutating func readInterfaceNames(_ node: PropertyListNode) {
    guard node.kind == .dictionary else {
      return findings.add(.badSetting(.interfaceNames, node, expected: "a dictionary such as { en0 = eth0; }"))
    }
    for entry in node.entries where !entry.value.isMissing {
      guard settings.interfaceNames.count < limits.interfaces else {
        return findings.add(
          .tooMany("name", SettingKey.interfaceNames.rawValue, limit: limits.interfaces, at: entry.keyPlace))
      }
      if let name = entry.value.text, !name.isEmpty {
        settings.interfaceNames[entry.key] = name
      } else {
        findings.add(.badSetting(.interfaceNames, entry.value, expected: "the name of an interface"))
      }
    }
  }
}
