/// What an HTML mail shows, as plain text: elements that begin on a line of their own do so, all other tags go.
struct HTMLText {
  private(set) var text: String
  private var result = String.UnicodeScalarView()
  private let scalars: [Unicode.Scalar]
  private var position = 0
  /// Within `pre`, where line ends and blanks count.
  private var preformatted = 0

  /// `nil` for a text without the tags that every HTML mail has, and for a property list in XML.
  init?(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
    guard !text.contains("<plist"), !text.contains("<dict"), Self.isHTML(scalars) else { return nil }
    while position < scalars.count { read() }
    self.text = Self.withoutEntities(String(result))
  }

  private static let blocks: Set<String> = [
    "html", "body", "br", "p", "div", "pre", "blockquote", "table", "tr", "ul", "ol", "li", "hr", "h1", "h2", "h3",
    "h4",
  ]
  private static let inline: Set<String> = [
    "a", "b", "i", "u", "em", "strong", "span", "font", "code", "tt", "kbd", "samp", "small", "big", "sub", "sup", "td",
    "th", "tbody", "thead", "img", "meta", "link", "center", "wbr", "base", "o:p",
  ]
  /// Their content is not shown.
  private static let hidden: Set<String> = ["head", "style", "script", "title"]

  private static func isHTML(_ scalars: [Unicode.Scalar]) -> Bool {
    scalars.indices.contains { offset in
      scalars[offset] == "<" && (tag(at: offset, of: scalars).map { blocks.contains($0.name) } ?? false)
    }
  }

  private mutating func read() {
    let scalar = scalars[position]
    if scalar == "<", let tag = Self.tag(at: position, of: scalars) {
      position = tag.end
      return pass(tag)
    }
    position += 1
    if scalar == "\u{A0}" { return result.append(" ") }
    guard scalar.properties.isWhitespace, preformatted == 0 else { return result.append(scalar) }
    if let last = result.last, last != " ", last != "\n" { result.append(" ") }
  }

  private mutating func pass(_ tag: Tag) {
    if Self.hidden.contains(tag.name), !tag.isClosing { return skip(to: tag.name) }
    if tag.name == "pre" { preformatted = max(0, preformatted + (tag.isClosing ? -1 : 1)) }
    if tag.name == "br" || Self.blocks.contains(tag.name) && result.last != "\n" && !result.isEmpty {
      result.append("\n")
    }
  }

  /// Behind the closing tag; to the end if there is none.
  private mutating func skip(to name: String) {
    while position < scalars.count {
      if scalars[position] == "<", let tag = Self.tag(at: position, of: scalars) {
        position = tag.end
        if tag.isClosing, tag.name == name { return }
      } else {
        position += 1
      }
    }
  }
}

// MARK: Tags

extension HTMLText {
  private struct Tag {
    var name: String
    var isClosing: Bool
    /// Behind its `>`.
    var end: Int
  }

  /// A tag longer than this is none.
  private static let longestTag = 4_096

  /// The tag, comment or declaration at a `<`; `nil` for a `<` of the text.
  private static func tag(at start: Int, of scalars: [Unicode.Scalar]) -> Tag? {
    var position = start + 1
    if position < scalars.count, scalars[position] == "!" { return comment(at: start, of: scalars) }
    let isClosing = position < scalars.count && scalars[position] == "/"
    if isClosing { position += 1 }
    var name = ""
    while position < scalars.count, name.count < 12, scalars[position].isASCII,
      scalars[position].properties.isAlphabetic || scalars[position] == ":" || ("1"..."6").contains(scalars[position])
    {
      name.unicodeScalars.append(scalars[position].properties.lowercaseMapping.unicodeScalars.first ?? " ")
      position += 1
    }
    guard blocks.contains(name) || inline.contains(name) || hidden.contains(name),
      let end = end(from: position, of: scalars)
    else { return nil }
    return Tag(name: name, isClosing: isClosing, end: end)
  }

  private static func comment(at start: Int, of scalars: [Unicode.Scalar]) -> Tag? {
    let isComment = scalars[start...].starts(with: Array("<!--".unicodeScalars))
    guard isComment else { return end(from: start + 2, of: scalars).map { Tag(name: "!", isClosing: false, end: $0) } }
    let closing = Array("-->".unicodeScalars)
    var position = start + 4
    while position < scalars.count {
      if scalars[position...].starts(with: closing) { return Tag(name: "!", isClosing: false, end: position + 3) }
      position += 1
    }
    return nil
  }

  /// Behind the `>` that is not in quotes.
  private static func end(from start: Int, of scalars: [Unicode.Scalar]) -> Int? {
    var quote: Unicode.Scalar?
    for position in start..<min(scalars.count, start + longestTag) {
      let scalar = scalars[position]
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == ">" {
        return position + 1
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      }
    }
    return nil
  }
}

// MARK: Entities

extension HTMLText {
  private static let entities: [String: Unicode.Scalar] = [
    "quot": "\"", "gt": ">", "lt": "<", "amp": "&", "apos": "'", "nbsp": " ", "ensp": " ", "emsp": " ",
    "shy": "\u{AD}", "ldquo": "“", "rdquo": "”", "bdquo": "„", "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "laquo": "«",
    "raquo": "»", "ndash": "–", "mdash": "—", "hellip": "…",
  ]

  /// With the characters that `&quot;`, `&#34;`, `&#x22;` and the like stand for; what is no such sign stays.
  static func withoutEntities(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      let body = rest.dropFirst().prefix { $0 != ";" && $0 != "&" && !$0.isWhitespace }.prefix(10)
      if body.endIndex < rest.endIndex, rest[body.endIndex] == ";", let scalar = scalar(of: body) {
        result.unicodeScalars.append(scalar)
        rest = rest[rest.index(after: body.endIndex)...]
      } else {
        result.append("&")
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static func scalar(of entity: Substring) -> Unicode.Scalar? {
    guard entity.first == "#" else { return entities[String(entity)] }
    let digits = entity.dropFirst()
    let code =
      digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return code.flatMap(Unicode.Scalar.init)
  }
}
