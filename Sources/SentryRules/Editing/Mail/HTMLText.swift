/// What an HTML mail shows, as plain text: elements that begin on a line of their own do so, all other tags go.
struct HTMLText {
  private(set) var text: TracedText
  private var result = TracedText()
  private let scalars: [Unicode.Scalar]
  private var position = 0
  /// Where the last `-->` begins; -1 if there is none: nobody looks for one behind it.
  private let lastCommentEnd: Int
  /// Within `pre`, where line ends and blanks count.
  private var preformatted = 0

  /// `nil` for a text without the tags that every HTML mail has, and for a property list in XML.
  init?(_ text: TracedText) {
    self.text = text
    let scalars = text.scalars
    self.scalars = scalars
    lastCommentEnd = scalars.indices.last { Self.isCommentEnd($0, scalars) } ?? -1
    guard scalars.contains("<") else { return nil }
    let string = text.string
    guard !string.contains("<plist"), !string.contains("<dict"), Self.isHTML(scalars) else { return nil }
    while position < scalars.count { read() }
    self.text = Self.withoutEntities(result)
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
    if scalar == "<", position + 1 < scalars.count, scalars[position + 1] == "!", let end = endOfComment {
      position = end
      return
    }
    if scalar == "<", let tag = Self.tag(at: position, of: scalars) {
      position = tag.end
      return pass(tag)
    }
    position += 1
    if scalar == "\u{A0}" { return show(" ") }
    guard scalar.properties.isWhitespace, preformatted == 0 else { return show(scalar) }
    if let last = result.scalars.last, last != " ", last != "\n" { show(" ") }
  }

  /// Adds to the result what stands before `position`, or is meant by it.
  private mutating func show(_ scalar: Unicode.Scalar) {
    result.append(scalar, from: text.origin(of: position - 1))
  }

  private mutating func pass(_ tag: Tag) {
    if Self.hidden.contains(tag.name), !tag.isClosing { return skip(to: tag.name) }
    if tag.name == "pre" { preformatted = max(0, preformatted + (tag.isClosing ? -1 : 1)) }
    if tag.name == "br" || Self.blocks.contains(tag.name) && result.count > 0 && result.scalars.last != "\n" {
      show("\n")
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
  private static let longestTag = 1_024

  /// The tag at a `<`; `nil` for a `<` of the text.
  private static func tag(at start: Int, of scalars: [Unicode.Scalar]) -> Tag? {
    var position = start + 1
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

  /// Behind the comment or declaration that begins here; `nil` if it has no end.
  private var endOfComment: Int? {
    guard scalars[position...].starts(with: Array("<!--".unicodeScalars)) else {
      return Self.end(from: position + 2, of: scalars)
    }
    var end = position + 4
    while end <= lastCommentEnd {
      if Self.isCommentEnd(end, scalars) { return end + 3 }
      end += 1
    }
    return nil
  }

  private static func isCommentEnd(_ offset: Int, _ scalars: [Unicode.Scalar]) -> Bool {
    offset + 2 < scalars.count && scalars[offset] == "-" && scalars[offset + 1] == "-" && scalars[offset + 2] == ">"
  }

  /// Behind the `>` that is not in quotes.
  private static func end(from start: Int, of scalars: [Unicode.Scalar]) -> Int? {
    var quote: Unicode.Scalar?
    guard start < scalars.count else { return nil }
    for position in start..<min(scalars.count, start + longestTag) {
      let scalar = scalars[position]
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == ">" {
        return position + 1
      } else if scalar == "<" {
        return nil
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
  static func withoutEntities(_ text: TracedText) -> TracedText {
    var result = TracedText()
    var position = 0
    while position < text.count {
      if text.scalars[position] == "&", let entity = entity(at: position, of: text.scalars) {
        result.append(entity.scalar, from: text.origin(of: position))
        position = entity.end
      } else {
        result.append(position, of: text)
        position += 1
      }
    }
    return result
  }

  /// What the sign that begins with the `&` at `start` stands for, and where it ends.
  private static func entity(at start: Int, of scalars: [Unicode.Scalar]) -> (scalar: Unicode.Scalar, end: Int)? {
    let body = scalars[(start + 1)...].prefix(11).prefix { $0 != ";" && $0 != "&" && !$0.properties.isWhitespace }
    guard body.endIndex < scalars.count, scalars[body.endIndex] == ";",
      let scalar = scalar(of: String(String.UnicodeScalarView(body))[...])
    else { return nil }
    return (scalar, body.endIndex + 1)
  }

  private static func scalar(of entity: Substring) -> Unicode.Scalar? {
    guard entity.first == "#" else { return entities[String(entity)] }
    let digits = entity.dropFirst()
    let code =
      digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return code.flatMap(Unicode.Scalar.init)
  }
}
