package summary

import (
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

const (
	maxString      = 16 << 10  // octets of a string; what exceeds it is dropped
	maxAddressPart = 1 << 10   // octets of a string in an address
	maxAddresses   = 128 << 10 // octets of addresses that are written: what exceeds it is dropped
)

// A renderer writes data items.
type renderer struct {
	b    []byte
	utf8 bool // for clients that have enabled it
	wide bool // there was something beyond ASCII, so that both forms are wanted
	used int  // octets of addresses
}

// render writes both forms.
func render(write func(*renderer)) Rendered {
	ascii := renderer{}
	write(&ascii)
	s := string(ascii.b)
	if !ascii.wide {
		return Rendered{ASCII: s, UTF8: s}
	}
	wide := renderer{utf8: true}
	write(&wide)
	return Rendered{ASCII: s, UTF8: string(wide.b)}
}

// envelope writes an ENVELOPE (RFC 9051, 7.5.2).
func (r *renderer) envelope(e *mime.Envelope) {
	if e == nil { // it was not indexed
		e = &mime.Envelope{}
	}
	r.b = append(r.b, '(')
	r.nstring(e.Date)
	r.b = append(r.b, ' ')
	r.text(e.Subject)
	for _, list := range [...][]header.Address{e.From, e.Sender, e.ReplyTo, e.To, e.Cc, e.Bcc} {
		r.b = append(r.b, ' ')
		r.addresses(list)
	}
	r.b = append(r.b, ' ')
	r.nstring(e.InReplyTo)
	r.b = append(r.b, ' ')
	r.nstring(e.MessageID)
	r.b = append(r.b, ')')
}

// addresses writes a list, up to where there are too many.
func (r *renderer) addresses(list []header.Address) {
	if len(list) == 0 || r.used > maxAddresses {
		r.b = AppendNil(r.b)
		return
	}
	start := len(r.b)
	r.b = append(r.b, '(')
	group := false
	for _, a := range list {
		if r.used+len(r.b)-start > maxAddresses {
			break
		}
		r.address(a)
		group = a.Mark == header.GroupStart || group && a.Mark != header.GroupEnd
	}
	if group {
		r.address(header.Address{Mark: header.GroupEnd})
	}
	r.b = append(r.b, ')')
	r.used += len(r.b) - start
}

// address writes one address. Its host is NIL for the marks of groups alone, and so "" for a mailbox without one.
func (r *renderer) address(a header.Address) {
	name, route, mailbox, host := &a.Name, &a.Route, &a.Local, &a.Domain
	switch a.Mark {
	case header.GroupStart:
		name, route, mailbox, host = nil, nil, &a.Name, nil
	case header.GroupEnd:
		name, route, mailbox, host = nil, nil, nil, nil
	default:
		if a.Name == "" {
			name = nil
		}
		if a.Route == "" {
			route = nil
		}
	}
	for i, s := range [...]*string{name, route, mailbox, host} {
		r.b = append(r.b, " ("[max(0, 1-i)])
		if s == nil {
			r.b = AppendNil(r.b)
			continue
		}
		r.string(cutText(*s, maxAddressPart), i == 0 || a.Mark == header.GroupStart)
	}
	r.b = append(r.b, ')')
}

// text writes unstructured text, or NIL.
func (r *renderer) text(s *string) { r.orNil(s, true) }

// nstring writes a string that is no text, or NIL.
func (r *renderer) nstring(s *string) { r.orNil(s, false) }

func (r *renderer) orNil(s *string, words bool) {
	if s == nil {
		r.b = AppendNil(r.b)
		return
	}
	r.string(cutText(*s, maxString), words)
}

// string writes a string. What is not ASCII is, for clients that do not expect it, written as encoded words where those
// may stand (RFC 2047), and else as a literal, which may have any octets.
func (r *renderer) string(s string, words bool) {
	if !ascii.Is(s) {
		r.wide = true
		if words && !r.utf8 {
			if encoded, err := header.EncodeText(header.DecodeText(s, nil), header.ASCII); err == nil {
				s = encoded
			}
		}
	}
	r.b = AppendString(r.b, s, r.utf8)
}
