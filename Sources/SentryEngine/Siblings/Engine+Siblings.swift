// The walk among many siblings; see `SiblingIndex.swift`.

internal import SentryPacket
internal import SentryRules

extension Engine {
  /// The first sibling that may match, from one of a family on; where there is none, the position after the family.
  @inline(never)
  mutating func nextSibling(from position: Int32, _ frame: RawSpan) -> Int32 {
    let family = rules.siblings.families[Int(steps[Int(position)].family)]
    return nextIndexed(in: family.groups, from: position, before: rules.siblings.nextPlain[Int(position)], frame)
  }

  /// The first sibling of some groups, from a position on, that may match; `end` if there is none before that.
  @inline(__always)
  mutating func nextIndexed(
    in groups: Range<Int32>, from position: Int32, before end: Int32, _ frame: RawSpan
  ) -> Int32 {
    var next = end
    for group in groups where next > position {
      switch rules.siblings.groups[Int(group)] {
      case .number(let field, let lists):
        let list = siblingMemory.list(group) ?? rules.siblings.numberLists[Int(lists)].list(of: numbers[at: field])
        siblingMemory.note(list, of: group)
        next = rules.siblings.numberLists[Int(lists)].firstPlace(from: position, in: list, before: next)
      case .address(let endpoint, let lists):
        guard numbers.features.contains(.ipv6) else { continue }
        let address = UInt128(endpoint == .source ? packet.source : packet.destination)
        let list = siblingMemory.list(group) ?? rules.siblings.addressLists[Int(lists)].list(of: address)
        siblingMemory.note(list, of: group)
        next = rules.siblings.addressLists[Int(lists)].firstPlace(from: position, in: list, before: next)
      case .words(let lists):
        guard numbers.features.contains(.payload) else { continue }
        next = firstWord(from: position, before: next, lists, frame)
      case .keywords(let lists):
        guard numbers.features.contains(.payload) else { continue }
        next = firstWord(from: position, before: next, lists, frame, inRequestsOnly: true)
      case .names(.dnsQuestion, let lists):
        guard numbers.features.contains(.payload), hasDNSName(frame) else { continue }
        next = firstName(.dnsQuestion, from: position, before: next, lists)
      case .names(.tlsServer, let lists):
        // To read it changes what is known of handshakes, so it is read only where one of those who ask for it would be asked.
        guard numbers.features.contains(.payload), next > position,
          rules.siblings.nameLists[Int(lists)].hasPlace(in: position..<next), hasServerName(frame)
        else { continue }
        next = firstName(.tlsServer, from: position, before: next, lists)
      }
    }
    return next
  }

  /// The word that a step asks for stands somewhere in the payload. All loose words are looked for when the first is asked for.
  @inline(__always)
  mutating func mayHaveWord(of position: Int32, _ frame: RawSpan) -> Bool {
    guard let words = rules.siblings.looseWords else { return true }
    return firstWord(from: position, before: position + 1, words, frame) == position
  }

  /// The first place from `place` on of a word that is in the payload; `end` if there is none before that.
  private mutating func firstWord(
    from place: Int32, before end: Int32, _ words: Int32, _ frame: RawSpan, inRequestsOnly: Bool = false
  ) -> Int32 {
    if let first = siblingMemory.firstWord(from: place, before: end, words) { return first }
    var finds = siblingMemory.emptyFinds(from: place)
    if !inRequestsOnly || mayHaveKeywords(frame) {
      rules.siblings.wordLists[Int(words)].find(in: frame, payload: packet.payload, &finds)
    }
    siblingMemory.note(words: finds, of: words)
    // There is room for one at least.
    return finds.first(from: place, before: end) ?? end
  }

  /// The same of the name that the packet has.
  private mutating func firstName(
    _ kind: NameKind, from place: Int32, before end: Int32, _ names: Int32
  ) -> Int32 {
    if let first = siblingMemory.firstName(from: place, before: end, names) { return first }
    var finds = siblingMemory.emptyFinds(from: place)
    switch kind {
    case .dnsQuestion: rules.siblings.nameLists[Int(names)].find(dnsName, &finds)
    case .tlsServer: rules.siblings.nameLists[Int(names)].find(serverName, &finds)
    }
    siblingMemory.note(names: finds, of: names)
    return finds.first(from: place, before: end) ?? end
  }
}
