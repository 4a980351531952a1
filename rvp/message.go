package rvp

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Message is what a user writes to others, or his program does
// (rvp-exchange2000, 10). It is the MIME of a Notification.
type Message struct {
	Type    string  // Content-Type, such as "text/plain; charset=UTF-8", which "" means too
	Session Session // the conversation
	Typing  string  // TypingUser: the sign-in name of who is typing
	Format  *Format // X-MMS-IM-Format, nil if there is none
	Header  []Field // other fields, as they came
	Body    []byte
}

// A Field is a line of a header.
type Field struct{ Name, Value string }

// A MessageKind says what a Message does.
type MessageKind uint8

// The kinds.
const (
	Text   MessageKind = 1 + iota // says something
	Typing                        // somebody is typing
	Join                          // opens a conversation, or joins it
	Leave                         // leaves it
	Invite                        // offers a file or another program
	Other                         // anything else
)

const (
	typeText    = "text/plain; charset=UTF-8"
	typeControl = "text/x-msmsgscontrol"
	typeMisread = "text/x-msmsscontrol" // a misprint in the document (RVP-140)
	typeLeave   = "text/x-imleave"
	typeInvite  = "text/x-msmsgsinvite"
)

// Limits of the header of a message.
const (
	maxHeader = 64 << 10 // octets
	maxFields = 256
)

// ParseMessage reads the MIME of a notification: lines that end in CRLF or LF, folded or
// not, perhaps after blank ones (RVP-138). Lines that are no fields are passed over, and
// so is a second field of a name that Message has. What is wrong in a field
// that Message has leaves it in Header.
func ParseMessage(mime []byte) (*Message, error) {
	m := &Message{}
	rest := bytes.TrimLeft(mime, "\r\n")
	start := len(rest)
	var name string
	var value []byte // grows by folded lines
	for len(rest) > 0 {
		line, next := cutLine(rest)
		if len(line) == 0 {
			rest = next
			break
		}
		if start-len(next) > maxHeader || len(m.Header) >= maxFields {
			return nil, badXML("a message with a header longer than %d octets or %d fields", maxHeader, maxFields)
		}
		rest = next
		more := bytes.Trim(line, " \t\r")
		if name != "" && (line[0] == ' ' || line[0] == '\t') {
			value = append(append(value, ' '), more...)
			continue
		}
		m.set(name, string(value))
		n, v, ok := bytes.Cut(more, []byte(":"))
		name, value = "", append(value[:0], v...)
		if n = bytes.TrimRight(n, " \t"); ok && isFieldName(string(n)) {
			name = string(n)
		}
	}
	m.set(name, string(value))
	m.Body = bytes.Clone(rest)
	return m, nil
}

// cutLine parts b behind its first line, which is returned without CRLF or LF.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// set takes a field of the header.
func (m *Message) set(name, value string) {
	value = clean(value)
	switch ascii.Lower(name) {
	case "", "mime-version":
		return
	case "content-type":
		if m.Type == "" {
			m.Type = canonicalType(value)
		}
		return
	case "typinguser":
		if m.Typing == "" {
			m.Typing = value
		}
		return
	case "session-id":
		if s, ok := ParseSession(value); ok {
			if m.Session == "" {
				m.Session = s
			}
			return
		}
	case "x-mms-im-format":
		if f, ok := parseFormat(value); ok {
			if m.Format == nil {
				m.Format = &f
			}
			return
		}
	}
	m.Header = append(m.Header, Field{name, value})
}

// canonicalType writes the type of control messages as it ought to be.
func canonicalType(s string) string {
	if hasPrefixFold(s, typeMisread) {
		return typeControl + s[len(typeMisread):]
	}
	return s
}

// isFieldName takes the characters of a name of a field (RFC 5322, 2.2).
func isFieldName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == ':' {
			return false
		}
	}
	return s != ""
}

// clean is a value that stays within its line.
func clean(s string) string {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	if strings.ContainsFunc(s, control) {
		s = strings.Map(func(r rune) rune {
			if control(r) {
				return ' '
			}
			return r
		}, s)
	}
	return strings.Trim(s, " ")
}

// Append appends the MIME of the message, with CRLF and without folding. A Header field
// of an invalid name is left out.
func (m *Message) Append(dst []byte) []byte {
	dst = append(slices.Grow(dst, 256+len(m.Body)), "MIME-Version: 1.0\r\n"...)
	kind := canonicalType(clean(m.Type))
	if kind == "" {
		kind = typeText
	}
	dst = appendField(dst, "Content-Type", kind)
	if m.Format != nil {
		dst = append(m.Format.append(append(dst, "X-MMS-IM-Format: "...)), "\r\n"...)
	}
	if typing := clean(m.Typing); typing != "" {
		dst = appendField(dst, "TypingUser", typing)
	}
	if s, ok := ParseSession(string(m.Session)); ok {
		dst = appendField(dst, "Session-Id", string(s))
	}
	for _, f := range m.Header {
		if isFieldName(f.Name) {
			dst = appendField(dst, f.Name, clean(f.Value))
		}
	}
	return append(append(dst, "\r\n"...), m.Body...)
}

func appendField(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, name...), ": "...), value...)
	return append(dst, "\r\n"...)
}

// Kind says what the message does, by its type and TypingUser (RVP-139 to
// RVP-143). A type that is followed by anything but parameters is another one.
func (m *Message) Kind() MessageKind {
	media, _, _ := strings.Cut(m.Type, ";")
	switch ascii.Lower(strings.Trim(media, " \t")) {
	case "", "text/plain":
		return Text
	case typeControl, typeMisread:
		if m.Typing != "" {
			return Typing
		}
		return Join
	case typeLeave:
		return Leave
	case typeInvite:
		return Invite
	}
	return Other
}
