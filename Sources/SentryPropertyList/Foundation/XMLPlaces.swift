public import SentryDiagnostics

/// Finds the places of findings in the text of an XML property list: Foundation knows only what is in it, so they are
/// made with a path.
///
/// One pass over the tags follows all paths at once, each as far down as it leads.
public struct XMLPlaces {
  private var tags: XMLTags
  private let paths: [[UInt8]]
  private var ranges: [Range<Int>?]
  /// The containers being read, from the root down.
  private var open: [Container]

  private struct Container {
    let isArray: Bool
    /// The paths that lead into it, and how much of each is behind us.
    var leads: [Lead]
    /// Elements so far.
    var count = 0
    /// The key read last.
    var key: Range<Int> = 0..<0
  }

  private struct Lead {
    let path: Int
    let offset: Int
  }

  /// The same findings, those with a path that leads somewhere with its range as well.
  public static func locate(_ findings: [Diagnostic], in source: SourceText) -> [Diagnostic] {
    let indexes = findings.indices.filter { findings[$0].path != nil && findings[$0].range.isEmpty }
    guard !indexes.isEmpty else { return findings }
    var places = XMLPlaces(of: indexes.map { findings[$0].path ?? "" }, in: source.bytes)
    places.run()
    var located = findings
    for (index, range) in zip(indexes, places.ranges) {
      if let range { located[index].range = range }
    }
    return located
  }

  private init(of paths: [String], in bytes: [UInt8]) {
    tags = XMLTags(of: bytes)
    self.paths = paths.map { $0 == "root" ? [] : Array($0.utf8) }
    ranges = paths.map { _ in nil }
    open = []
  }

  private mutating func run() {
    while let tag = tags.next() {
      if tag.kind == .closing {
        if tags.has(tag, name: "dict") || tags.has(tag, name: "array") { _ = open.popLast() }
      } else if !tags.has(tag, name: "plist") {
        guard open.count <= Parser.nestingLimit else { return }
        read(tag)
      }
    }
  }

  private mutating func read(_ tag: XMLTags.Tag) {
    let isKey = tags.has(tag, name: "key")
    if isKey, let level = open.indices.last {
      open[level].key = content(of: tag)
      return
    }
    let leads = leadsToNext
    for lead in leads where lead.offset == paths[lead.path].count && ranges[lead.path] == nil {
      ranges[lead.path] = place(of: tag)
    }
    let isArray = tags.has(tag, name: "array")
    if tag.kind == .opening, isArray || tags.has(tag, name: "dict") {
      open.append(Container(isArray: isArray, leads: leads))
    }
  }

  /// The paths that lead to the value that comes next.
  private var leadsToNext: [Lead] {
    mutating get {
      guard let level = open.indices.last else { return paths.indices.map { Lead(path: $0, offset: 0) } }
      defer { open[level].count += 1 }
      let container = open[level]
      guard !container.leads.isEmpty else { return [] }
      let step = container.isArray ? Array("[\(container.count)]".utf8) : key(in: container)
      return container.leads.compactMap { follow($0, by: step, isKey: !container.isArray) }
    }
  }

  private func follow(_ lead: Lead, by step: [UInt8], isKey: Bool) -> Lead? {
    var rest = paths[lead.path][lead.offset...]
    if isKey, lead.offset > 0 {
      guard rest.first == UInt8(ascii: ".") else { return nil }
      rest = rest.dropFirst()
    }
    guard rest.starts(with: step) else { return nil }
    rest = rest.dropFirst(step.count)
    guard rest.isEmpty || rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: "[") else { return nil }
    return Lead(path: lead.path, offset: rest.startIndex)
  }

  /// The characters of the key read last; the five named references are resolved.
  private func key(in container: Container) -> [UInt8] {
    let written = tags.bytes[container.key]
    guard written.contains(UInt8(ascii: "&")) else { return Array(written) }
    var text = String(decoding: written, as: UTF8.self)
    for (reference, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
      text = text.split(separator: reference, omittingEmptySubsequences: false).joined(separator: character)
    }
    return Array(text.utf8)
  }

  /// What a finding about the value points at: the text of a scalar, the tag of anything else.
  private func place(of tag: XMLTags.Tag) -> Range<Int> {
    let content = content(of: tag)
    let isContainer = tags.has(tag, name: "dict") || tags.has(tag, name: "array")
    return isContainer || content.isEmpty ? tag.range : content
  }

  private func content(of tag: XMLTags.Tag) -> Range<Int> {
    let start = tag.range.upperBound
    guard tag.kind == .opening else { return start..<start }
    return start..<(tags.bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? tags.bytes.count)
  }
}
