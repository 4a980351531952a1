package rtf

import "github.com/wirepost/wirepost/mime/defect"

// What the reader of RTF finds wrong.
const (
	NotRTF         defect.Kind = "RTF that does not begin as RTF"
	BadEscape      defect.Kind = "RTF with a broken hexadecimal escape"
	LongWord       defect.Kind = "RTF with a control word that is too long"
	UnclosedGroup  defect.Kind = "RTF that ends within a group"
	ExtraBrace     defect.Kind = "RTF with a closing brace too many"
	DeepGroups     defect.Kind = "RTF whose groups are too deep"
	ShortBinary    defect.Kind = "RTF that ends within binary data"
	LoneSurrogate  defect.Kind = "RTF with half a surrogate pair"
	UnknownCharset defect.Kind = "RTF in an unknown code page"
)

type kind uint8

const (
	endOfInput kind = iota
	groupStart
	groupEnd
	word    // a control word, with name, param and hasParam
	symbol  // a control symbol, char
	hexChar // \'hh, char
	text    // a run of octets without controls
)

type token struct {
	kind     kind
	char     byte
	hasParam bool
	param    int
	name     []byte
	text     []byte
}

// maxWord and maxDigits bound a control word and its number (RTF 1.9.1, "Control Word": 32 letters, 10 digits).
const (
	maxWord   = 32
	maxDigits = 10
)

// A scanner splits RTF into tokens. Each call takes at least one octet.
type scanner struct {
	b       []byte
	pos     int
	defects *defect.List
}

func (s *scanner) next() token {
	for s.pos < len(s.b) {
		switch c := s.b[s.pos]; c {
		case '{':
			s.pos++
			return token{kind: groupStart}
		case '}':
			s.pos++
			return token{kind: groupEnd}
		case '\\':
			s.pos++
			return s.control()
		case '\r', '\n', 0:
			s.pos++
		default:
			start := s.pos
			for s.pos < len(s.b) && isText(s.b[s.pos]) {
				s.pos++
			}
			return token{kind: text, text: s.b[start:s.pos]}
		}
	}
	return token{}
}

func isText(c byte) bool {
	return c != '{' && c != '}' && c != '\\' && c != '\r' && c != '\n' && c != 0
}

// control reads what follows a backslash.
func (s *scanner) control() token {
	if s.pos == len(s.b) {
		return token{}
	}
	c := s.b[s.pos]
	if isLetter(c) {
		return s.word()
	}
	s.pos++
	if c != '\'' {
		return token{kind: symbol, char: c}
	}
	if s.pos+2 <= len(s.b) {
		hi, lo := unhex(s.b[s.pos]), unhex(s.b[s.pos+1])
		if hi < 16 && lo < 16 {
			s.pos += 2
			return token{kind: hexChar, char: hi<<4 | lo}
		}
	}
	s.defects.Add(BadEscape, int64(s.pos-2))
	return token{kind: symbol, char: c}
}

func (s *scanner) word() token {
	start := s.pos
	for s.pos < len(s.b) && isLetter(s.b[s.pos]) {
		s.pos++
	}
	t := token{kind: word}
	if s.pos-start > maxWord {
		s.defects.Add(LongWord, int64(start))
	} else {
		t.name = s.b[start:s.pos]
	}
	minus := s.pos+1 < len(s.b) && s.b[s.pos] == '-' && isDigit(s.b[s.pos+1])
	if minus {
		s.pos++
	}
	for n := 0; s.pos < len(s.b) && isDigit(s.b[s.pos]) && n < maxDigits; n++ {
		t.param, t.hasParam = min(t.param*10+int(s.b[s.pos]-'0'), 1<<31-1), true
		s.pos++
	}
	if minus {
		t.param = -t.param
	}
	if s.pos < len(s.b) && s.b[s.pos] == ' ' {
		s.pos++
	}
	if string(t.name) == "bin" {
		s.binary(t.param)
	}
	return t
}

// binary passes over the octets that \bin announces: they are no RTF.
func (s *scanner) binary(n int) {
	if n > len(s.b)-s.pos {
		s.defects.Add(ShortBinary, int64(s.pos))
	}
	s.pos += max(0, min(n, len(s.b)-s.pos))
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// unhex returns the value of a hexadecimal digit, 255 for anything else.
func unhex(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
