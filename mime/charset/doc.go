// Package charset turns the text of mail and news, in whatever charset it claims to be, into UTF-8, and back.
//
//	text, known := charset.Decode("iso-8859-1", octets)      // never fails; U+FFFD stands for what means nothing
//	octets, whole := charset.Encode("iso-2022-jp", text)     // "?" stands for what the charset lacks
//	label := charset.Choose(text, "us-ascii", "iso-8859-15", "utf-8")
//
// Labels are read tolerantly: case, punctuation, "x-", quotes, and what follows a blank, ";" or "*" are overlooked, so
// that "ISO_8859-1:1987", "utf_8", "x-windows-1252", "CP 932" and "3Diso-8859-1" (from a header in quoted-printable) are
// known. Some charsets are read as the larger one that senders mean: US-ASCII and ISO-8859-1 as windows-1252,
// ISO-8859-9 as windows-1254, ISO-8859-11 and TIS-620 as windows-874, GB2312 and GBK as GB18030, KOI8-U as KOI8-RU, EUC-KR
// as windows-949, and Shift_JIS as windows-31J. They are written as what they are called, but for the last three, and for
// GB2312, which is written as GBK.
//
// Known are: UTF-8, UTF-16, UTF-32 and UTF-7 (RFC 2152); all parts of ISO 8859; windows-1250 to 1258 and 874; KOI8-R, U
// and T; the PC code pages 437, 720, 737, 775, 850, 852, 855, 857, 858, 860 to 866, 869 and 1125; those of Macintosh;
// EBCDIC 037, 1047 and 1140; VISCII (RFC 1456), ARMSCII-8, KZ-1048, PTCP154, hp-roman8; Shift_JIS, EUC-JP, ISO-2022-JP
// (RFC 1468) with -1 and -2 (RFC 2237, RFC 1554); EUC-KR, ISO-2022-KR (RFC 1557); GB2312, GBK, GB18030, HZ (RFC 1843),
// Big5, and ISO-2022-CN (RFC 1922) as far as it is GB 2312. UTF-7, ISO-2022-KR, ISO-2022-CN, and ISO-2022-JP-1 and -2 are
// only read. Left out, because their tables are not at hand: EUC-TW and the CNS planes of ISO-2022-CN, Johab, JIS X 0213
// (Shift_JIS-2004 and its kin), TCVN, MacArabic and its kin, and the other pages of EBCDIC.
//
// Text that is ASCII costs no more than a copy.
//
// Files: label.go and names.go find a charset; decode.go, encode.go, reader.go and detect.go are what is exported;
// single.go has charsets of single octets, with their tables in tables.go; iso2022.go with iso2022sets.go, utf7.go and utf8.go
// have decoders.
package charset
