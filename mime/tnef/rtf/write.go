package rtf

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const textHeader = `{\rtf1\ansi\ansicpg1252\fromtext\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}` + "\r\n" +
	`\uc1\pard\plain\f0\fs20 `

// FromText returns plain text as a small document in ASCII, marked as made of plain text, so that [Text] gives it back.
// Lines may end in CRLF, CR or LF. NUL and octets that are no UTF-8 become U+FFFD.
func FromText(s string) []byte {
	out := make([]byte, 0, len(textHeader)+len(s)+len(s)/8+1)
	out = append(out, textHeader...)
	afterCR := false
	for _, r := range s {
		switch {
		case r == '\n' && afterCR:
		case r == '\r' || r == '\n':
			out = append(out, "\\par\r\n"...)
		case r == '\t':
			out = append(out, `\tab `...)
		case r == '\\' || r == '{' || r == '}':
			out = append(out, '\\', byte(r))
		case r == 0:
			out = unit(out, utf8.RuneError)
		case r < ' ' || r == 0x7f:
			out = append(out, '\\', '\'', hexDigits[r>>4], hexDigits[r&15])
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = unit(unit(out, high), low)
		default:
			out = unit(out, r)
		}
		afterCR = r == '\r'
	}
	return append(out, '}')
}

const hexDigits = "0123456789abcdef"

// unit adds a unit of UTF-16, which RTF writes as a signed number, and what readers without Unicode show.
func unit(out []byte, r rune) []byte {
	out = strconv.AppendInt(append(out, `\u`...), int64(int16(r)), 10)
	return append(out, '?')
}
