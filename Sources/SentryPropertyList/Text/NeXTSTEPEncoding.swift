/// The 8-bit character set of NeXTSTEP, in which octal escapes are written. Source: the vendor mapping
/// `NEXTSTEP.TXT` of the Unicode Consortium; 0x00...0x7F are ASCII, 0xFE and 0xFF are undefined.
enum NeXTSTEPEncoding {
  static func scalar(of byte: UInt8) -> Unicode.Scalar? {
    guard byte >= 0x80 else { return Unicode.Scalar(byte) }
    let index = Int(byte) - 0x80
    return index < upperHalf.count ? upperHalf[index] : nil
  }

  /// 0x80...0xFD, sixteen a line.
  private static let upperHalf: [Unicode.Scalar] = [
    "\u{A0}", "À", "Á", "Â", "Ã", "Ä", "Å", "Ç", "È", "É", "Ê", "Ë", "Ì", "Í", "Î", "Ï",
    "Ð", "Ñ", "Ò", "Ó", "Ô", "Õ", "Ö", "Ù", "Ú", "Û", "Ü", "Ý", "Þ", "\u{B5}", "×", "÷",
    "©", "¡", "¢", "£", "\u{2044}", "¥", "ƒ", "§", "¤", "\u{2019}", "\u{201C}", "«", "\u{2039}", "\u{203A}", "\u{FB01}",
    "\u{FB02}",
    "®", "\u{2013}", "†", "‡", "\u{B7}", "¦", "¶", "•", "\u{201A}", "\u{201E}", "\u{201D}", "»", "…", "‰", "¬", "¿",
    "\u{B9}", "\u{2CB}", "\u{B4}", "\u{2C6}", "\u{2DC}", "\u{AF}", "\u{2D8}", "\u{2D9}", "\u{A8}", "\u{B2}", "\u{2DA}",
    "\u{B8}", "\u{B3}", "\u{2DD}", "\u{2DB}", "\u{2C7}",
    "\u{2014}", "±", "¼", "½", "¾", "à", "á", "â", "ã", "ä", "å", "ç", "è", "é", "ê", "ë",
    "ì", "Æ", "í", "ª", "î", "ï", "ð", "ñ", "Ł", "Ø", "Œ", "º", "ò", "ó", "ô", "õ",
    "ö", "æ", "ù", "ú", "û", "ı", "ü", "ý", "ł", "ø", "œ", "ß", "þ", "ÿ",
  ]
}
