package report

import "strings"

// A Typed is a value and the kind of name or code that it is (RFC 3464, 2.1.2): a mailbox ("rfc822", "utf-8"), a host
// ("dns") or a diagnostic ("smtp"). Without a Type it is the one of Internet mail. The zero Typed is none at all.
type Typed struct {
	Type  string // in lower case when it was read
	Value string
}

// The types of Internet mail (RFC 3461, 9; RFC 6533, 3).
const (
	typeRFC822 = "rfc822"
	typeUTF8   = "utf-8"
	typeDNS    = "dns"
	typeSMTP   = "smtp"
)

// unknownType is for what has no usable type (RFC 3464, 2.3.1).
const unknownType = "unknown"

// tidy is t as it can be written, with the type that it has without one.
func (t Typed) tidy(otherwise string) Typed {
	t.Value = clean(t.Value)
	switch {
	case t.Type == "":
		t.Type = otherwise
	case !atom(t.Type):
		t.Type = unknownType
	}
	t.Type = lower(t.Type)
	return t
}

// address is t as a mailbox address. Angle brackets are no part of one.
func (t Typed) address() Typed {
	t = t.tidy(typeRFC822)
	if t.Type == typeRFC822 && !ascii(t.Value) {
		t.Type = typeUTF8
	}
	if t.Type != typeRFC822 && t.Type != typeUTF8 {
		return t
	}
	for {
		in, ok := strings.CutPrefix(t.Value, "<")
		if !ok || !strings.HasSuffix(in, ">") {
			return t
		}
		t.Value = clean(in[:len(in)-1])
	}
}

// parseTyped reads type; value.
func parseTyped(f *field) Typed {
	kind, value, ok := strings.Cut(f.value, ";")
	t := Typed{lower(strings.Trim(kind, " ")), clean(value)}
	if !ok || !atom(t.Type) {
		f.wrong(MissingType)
		t = Typed{unknownType, f.value}
	}
	if t.Value == "" {
		return Typed{}
	}
	return t
}

// parseAddress reads a mailbox address.
func parseAddress(f *field) Typed {
	t := parseTyped(f)
	if t.Value == f.value && strings.Contains(t.Value, "@") { // no type
		t.Type = typeRFC822
	}
	if t.Type == typeUTF8 {
		value, ok := unescape(t.Value)
		if !ok {
			f.wrong(BadEscape)
		}
		t.Value = clean(value)
	}
	bare := t.address()
	if bare.Value != t.Value {
		f.wrong(AngleBrackets)
	}
	if bare.Value == "" {
		return Typed{}
	}
	return bare
}
