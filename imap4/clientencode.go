package imap4

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A clientEncoder writes the arguments of a command. They are complete before
// anything is sent, so that what can't be sent leaves no half command behind;
// bodies alone are read as they are sent. Its error sticks.
type clientEncoder struct {
	conn  *clientConn
	utf8  bool // quoted strings may hold UTF-8, and names are UTF-8
	parts []clientPart
	err   error
}

// A clientPart is text, and a literal behind it unless body is nil.
type clientPart struct {
	text []byte
	body io.Reader
	size int64
	free bool // it may be sent without waiting
}

func (e *clientEncoder) fail(format string, args ...any) {
	if e.err == nil {
		e.err = clientUnsafe(format, args...)
	}
}

// size is how many octets the command has, bodies aside.
func (e *clientEncoder) size() int {
	n := 20 // tag, verb and CRLF
	for _, p := range e.parts {
		n += len(p.text)
	}
	return n
}

// last is the part that text is added to.
func (e *clientEncoder) last() *clientPart {
	if n := len(e.parts); n > 0 && e.parts[n-1].body == nil {
		return &e.parts[n-1]
	}
	e.parts = append(e.parts, clientPart{})
	return &e.parts[len(e.parts)-1]
}

// raw adds what is known to be safe.
func (e *clientEncoder) raw(s string) *clientEncoder {
	p := e.last()
	p.text = append(p.text, s...)
	return e
}

func (e *clientEncoder) number(n uint64) *clientEncoder {
	p := e.last()
	p.text = strconv.AppendUint(p.text, n, 10)
	return e
}

// atom adds an atom: a keyword, the name of an extension.
func (e *clientEncoder) atom(s string) *clientEncoder {
	for i := range len(s) {
		if !isClientAtom(s[i]) || s[i] == '\\' || s[i] == ']' || s[i] > 0x7e {
			e.fail("%q is no atom", s)
		}
	}
	if s == "" {
		e.fail("an empty atom")
	}
	return e.raw(s)
}

// str adds a string: quoted if that can hold it, else a literal.
func (e *clientEncoder) str(s string) *clientEncoder {
	quoted := len(s) <= 1000
	for i := 0; i < len(s) && quoted; i++ {
		c := s[i]
		quoted = c != '\r' && c != '\n' && c != 0 && (c < utf8.RuneSelf || e.utf8)
	}
	if quoted && e.utf8 {
		quoted = utf8.ValidString(s)
	}
	if !quoted {
		if strings.IndexByte(s, 0) >= 0 {
			e.fail("a string that holds a NUL")
		}
		return e.literal(strings.NewReader(s), int64(len(s)), "")
	}
	p := e.last()
	p.text = append(p.text, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			p.text = append(p.text, '\\')
		}
		p.text = append(p.text, s[i])
	}
	p.text = append(p.text, '"')
	return e
}

// literal adds a literal, with before its brace "~" if it is a literal8. It is
// sent at once if the server takes that (RFC 7888).
func (e *clientEncoder) literal(body io.Reader, size int64, before string) *clientEncoder {
	free := e.conn.has("LITERAL+") || (e.conn.has("LITERAL-") || e.conn.has("IMAP4REV2")) && size <= 4096
	plus := ""
	if free {
		plus = "+"
	}
	e.raw(before + "{").number(uint64(size)).raw(plus + "}\r\n")
	p := e.last()
	p.body, p.size, p.free = body, size, free
	return e
}

// mailbox adds a mailbox's name.
func (e *clientEncoder) mailbox(name string) *clientEncoder {
	return e.str(e.mailboxName(name))
}

func (e *clientEncoder) mailboxName(name string) string {
	if !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\r\n") {
		e.fail("the mailbox name %q is not UTF-8 in one line", name)
	}
	if e.utf8 {
		return name
	}
	return clientEncodeName(name)
}

// uids adds a set of UIDs.
func (e *clientEncoder) uids(s UIDSet) *clientEncoder {
	if len(s) == 0 {
		e.fail("an empty set of UIDs")
	}
	p := e.last()
	if clientIsSaved(s) {
		if err := e.conn.offers("SEARCHRES|IMAP4REV2"); err != nil && e.err == nil {
			e.err = err
		}
		p.text = append(p.text, '$')
		return e
	}
	for i, r := range s {
		if r.First == 0 || r.Last < r.First {
			e.fail("%d:%d is no range of UIDs", r.First, r.Last)
		}
		if i > 0 {
			p.text = append(p.text, ',')
		}
		p.text = strconv.AppendUint(p.text, uint64(r.First), 10)
		if r.Last != r.First {
			p.text = append(p.text, ':')
			p.text = strconv.AppendUint(p.text, uint64(min(r.Last, clientLastUID)), 10)
		}
	}
	return e
}

// clientLastUID is the highest UID that a range is sent with. The one above it is
// what some servers, Dovecot among them, keep "*" as: "500:*" takes in the last
// message whatever its UID, so that 500:4294967295 could expunge message 400.
const clientLastUID UID = 1<<32 - 2

// flags adds a list of flags.
func (e *clientEncoder) flags(f Flags) *clientEncoder {
	e.raw("(")
	sep := ""
	for i, name := range systemNames {
		if f.System&(1<<i) != 0 {
			e.raw(sep + name)
			sep = " "
		}
	}
	for _, k := range f.Keywords {
		e.raw(sep)
		sep = " "
		if rest, is := strings.CutPrefix(k, `\`); is { // an extension's
			e.raw(`\`).atom(rest)
			continue
		}
		e.atom(k)
	}
	return e.raw(")")
}

// clientList adds values in parentheses.
func clientList[T any](e *clientEncoder, values []T, one func(T)) {
	e.raw("(")
	for i, v := range values {
		if i > 0 {
			e.raw(" ")
		}
		one(v)
	}
	e.raw(")")
}

// dateTime adds an INTERNALDATE (RFC 9051, 9: date-time).
func (e *clientEncoder) dateTime(t time.Time) *clientEncoder {
	if y := t.Year(); y < 0 || y > 9999 {
		e.fail("the year %d", y)
	}
	return e.raw(t.Format(`"_2-Jan-2006 15:04:05 -0700"`))
}

// clientSplit is strings.Split for one octet, without what is empty.
func clientSplit(s string, sep byte) []string {
	return slices.DeleteFunc(strings.Split(s, string(sep)), func(s string) bool { return s == "" })
}
