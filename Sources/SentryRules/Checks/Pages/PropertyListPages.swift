// What the guide says about findings that reading a property list makes.

internal import SentryDiagnostics

let propertyListPages: [FindingPage] = [
  FindingPage(
    .notAPropertyList, .error, "a file of another kind",
    meaning:
      "The first bytes are those of a capture, of compressed data, of a program. Often two arguments were swapped.",
    example: .made("a capture, as tcpdump writes it", { [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] }),
    remedy: "Give the document first, then the captures: sentry replay my.plist traffic.pcap."),
  FindingPage(
    .invalidEncoding, .error, "bytes that are not UTF-8",
    meaning: "Documents are UTF-8 or UTF-16, with a byte order mark or without. These bytes are of another encoding.",
    example: .made("( { nodeName = \"caf?\"; enabled = 1; } )   with the byte E9 in place of the question mark") {
      Array("( { nodeName = \"caf".utf8) + [0xE9] + Array("\"; enabled = 1; } )".utf8)
    },
    remedy: "Save the document as UTF-8."),
  FindingPage(
    .documentTooLarge, .error, "a document of more than 1024 MiB, or of more than 1,000,000 rules",
    meaning: "Far more than any real one; it is not read beyond that.",
    example: .told("any file of more than 1024 MiB"),
    remedy: "Is it the right file? Long lists of addresses belong in a table: docs/Tables.md."),
  FindingPage(
    .emptyDocument, .error, "nothing in it",
    meaning: "The file is empty, or has nothing but blanks and comments.",
    example: .text("// to do"),
    remedy: "The smallest document is {}."),
  FindingPage(
    .missingSemicolon, .error, "an entry without its semicolon",
    meaning: "Every entry of a dictionary ends with ';', the last one too.",
    example: .text("( { nodeName = all; enabled = 1 } )"),
    remedy: "Put a ';' after the value."),
  FindingPage(
    .missingEquals, .error, "a key without its equals sign",
    meaning: "An entry is written key = value;.",
    example: .text("( { nodeName all; enabled = 1; } )"),
    remedy: "Put '=' between key and value."),
  FindingPage(
    .missingComma, .error, "two elements without a comma between them",
    meaning: "The elements of an array are separated by ','.",
    example: .text("( { nodeName = a; enabled = 1; } { nodeName = b; enabled = 1; } )"),
    remedy: "Put ',' between the two."),
  FindingPage(
    .missingKey, .error, "a value without its key",
    meaning: "In a dictionary every value has a key: key = value;.",
    example: .text("( { nodeName = all; = 1; enabled = 1; } )"),
    remedy: "Put the key before the '='."),
  FindingPage(
    .expectedValue, .error, "a key without a value",
    meaning: "There is nothing between '=' and ';'.",
    example: .text("( { nodeName = ; enabled = 1; } )"),
    remedy: "Give the value; an empty text is written \"\"."),
  FindingPage(
    .missingOpeningBracket, .error, "a bracket that is closed but not opened",
    meaning: "What stands before it reads like the inside of a dictionary or an array.",
    example: .text("{ nodeName = all; enabled = 1; } )"),
    remedy: "Put the opening bracket where the finding points, or take the closing one out."),
  FindingPage(
    .missingClosingBracket, .error, "a bracket that is opened but not closed",
    meaning: "The message says in which line the opening one stands.",
    example: .text("( { nodeName = all; enabled = 1; }"),
    remedy: "Put the closing bracket where the finding points."),
  FindingPage(
    .wrongClosingBracket, .error, "brackets that do not belong together",
    meaning: "Arrays stand in ( … ), dictionaries in { … }.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } }; }"),
    remedy: "Use the bracket that the message asks for."),
  FindingPage(
    .missingQuote, .error, "a text without its opening quote",
    meaning: "There is a closing quote that no opening one belongs to.",
    example: .text("( { nodeName = all\"; enabled = 1; } )"),
    remedy: "Put '\"' before the text."),
  FindingPage(
    .unquotedText, .error, "a text that needs quotes",
    meaning: """
      Without quotes a text may have letters, digits and _ $ / : . - +. Everything else, blanks and typographic quotes \
      included, needs straight quotes around it.
      """,
    example: .text("( { nodeName = from outside; enabled = 1; } )"),
    remedy: "Write it as the hint shows."),
  FindingPage(
    .unexpectedText, .error, "something that may not stand here",
    meaning: "It belongs to no key and no value. Some characters cannot be seen, such as a no-break space.",
    example: .text("( { nodeName = all;; enabled = 1; } )"),
    remedy: "Take it out."),
  FindingPage(
    .unterminatedString, .error, "a text without its closing quote",
    meaning: "A text may go over several lines, so all that follows seems to belong to it.",
    example: .text("( { nodeName = \"all; enabled = 1; } )"),
    remedy: "Close it. A quote inside a text is written \\\"."),
  FindingPage(
    .unterminatedComment, .error, "a comment that is not closed, or not opened",
    meaning: "A comment is written /* … */, or // to the end of the line.",
    example: .text("( { nodeName = all; enabled = 1; } ) /* the end"),
    remedy: "Put the missing half in."),
  FindingPage(
    .unterminatedData, .error, "data without its closing bracket",
    meaning: "Data is written in hexadecimal digits between < and >.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); lastTime = <0fbd; }"),
    remedy: "Close it with '>'."),
  FindingPage(
    .commentInComment, .warning, "a comment begins in a comment",
    meaning: """
      Comments do not nest: the first */ ends both. If a */ was forgotten, whatever stands between is not read, rules \
      included.
      """,
    example: .text(
      """
      ( /* rules for the office
          { nodeName = lost; enabled = 1; },
          /* rules for the lab */
          { nodeName = all; enabled = 1; } )
      """),
    remedy: "Close the first comment."),
  FindingPage(
    .badEscape, .error, "an escape that means nothing",
    meaning:
      "After a backslash in quotes stand \" ' \\ n r t a b f v, an octal number, or U and four hexadecimal digits.",
    example: .text(#"( { nodeName = "50\% off"; enabled = 1; } )"#),
    remedy: "A backslash itself is written \\\\."),
  FindingPage(
    .loneSurrogate, .error, "half of a character",
    meaning: "Beyond \\Uffff a character takes two escapes, and one of them is missing.",
    example: .text(#"( { nodeName = "\Ud83d"; enabled = 1; } )"#),
    remedy: "Write both, such as \\Ud83d\\Ude00, or the character itself."),
  FindingPage(
    .badHexDigits, .error, "data with something else than hexadecimal digits",
    meaning: "Two digits make one byte; blanks may stand between them.",
    example: .text("{ rules = ( { nodeName = all; enabled = 1; } ); lastTime = <0fb>; }"),
    remedy: "Correct the digits."),
  FindingPage(
    .duplicateKey, .error, "a key that occurs twice in one dictionary",
    meaning: "Which of the two values would count is not clear to everybody, so neither does.",
    example: .text("( { nodeName = all; enabled = 1; enabled = 0; } )"),
    remedy: "Delete one of the two."),
  FindingPage(
    .textAfterRoot, .error, "something after the end of the document",
    meaning: "The brackets are closed before the text is over: one is closed too early, or two documents were joined.",
    example: .text("( { nodeName = all; enabled = 1; } ) more"),
    remedy: "Take out what follows, or move the closing bracket."),
  FindingPage(
    .nestingTooDeep, .error, "too many brackets inside one another",
    meaning: "A document may have 512 dictionaries and arrays inside one another, which is 255 levels of rules.",
    example: .made("((((((  … 513 times") { [UInt8](repeating: UInt8(ascii: "("), count: 513) },
    remedy: "Is a closing bracket missing at many places? Real rules are hardly ever ten levels deep."),
  FindingPage(
    .tooManyFindings, .note, "more findings than anybody reads",
    meaning: "The first 200 are told. It has the severity of the worst of the others.",
    example: .made("( { odd0 = 1; }, { odd1 = 1; }, …   with 250 keys that no rule has, and so 200 findings") {
      Array(("( { nodeName = all; enabled = 1; " + (0..<250).map { "odd\($0) = 1; " }.joined() + "} )").utf8)
    },
    remedy: "Mend those first."),
  FindingPage(
    .unreadableXML, .error, "XML that is not well-formed",
    meaning: "The document is an XML property list, but a tag is not closed, or an element is not known.",
    example: .text("<plist version=\"1.0\"><dict><key>rules</key></plist>"),
    remedy: "Mend the XML at the line given, or convert the document to text with the program that wrote it."),
  FindingPage(
    .unreadableBinary, .error, "a binary property list that is damaged",
    meaning: "It was cut short or changed on its way.",
    example: .made("bplist00, and nothing after it", { Array("bplist00".utf8) }),
    remedy: "Get it again."),
  FindingPage(
    .unsupportedValue, .error, "a value that no document has",
    meaning: "Binary property lists of programs hold references and other things that are no values of a document.",
    example: .made("an archive of another program: { \"$top\" = a reference }", { keyedArchive }),
    remedy: "Is it the right file? The classic program did not write such values."),
]

/// A binary property list whose root is `{ lastTime = <reference 1>; }`, as keyed archives have them.
private let keyedArchive: [UInt8] =
  Array("bplist00".utf8)
  + [0xD1, 1, 2]  // a dictionary with one key, object 1, and one value, object 2
  + [0x58] + Array("lastTime".utf8)
  + [0x80, 1]  // a reference to object 1
  + [8, 11, 20]  // where the three objects are
  + [0, 0, 0, 0, 0, 0, 1, 1] + [0, 0, 0, 0, 0, 0, 0, 3] + [0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 22]
