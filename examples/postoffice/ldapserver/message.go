package ldapserver

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// errMalformed ends a conversation: nobody knows what else would be misread (RFC
// 4511, 5.3).
var errMalformed = errors.New("the client sent what is no LDAP message")

// A message is the envelope of a request (RFC 4511, 4.1.1).
type message struct {
	id       int // from 1 on
	tag      byte
	body     []byte // of the request, without its tag and length
	controls []control
}

// A control goes along with a message (RFC 4511, 4.1.11).
type control struct {
	oid      string
	critical bool
	value    []byte
}

// maxControls is more than any client sends.
const maxControls = 16

// parseMessage reads a whole message. What RFC 4511, 4, allows to follow in later
// versions is ignored.
func parseMessage(b []byte) (m message, err error) {
	outer := &cursor{rest: b}
	c := outer.in(tagSequence)
	m.id = c.number(tagInteger)
	m.tag, m.body = c.next()
	if c.is(0xa0) {
		for list := c.in(0xa0); list.more(); {
			if len(m.controls) == maxControls {
				return message{}, errMalformed
			}
			m.controls = append(m.controls, parseControl(list.in(tagSequence)))
		}
	}
	if outer.bad || outer.more() || m.id == 0 { // 0 is the server's own (RFC 4511, 4.1.1.1)
		return message{}, errMalformed
	}
	return m, nil
}

func parseControl(c *cursor) (r control) {
	r.oid = c.text(tagOctets)
	if c.is(tagBoolean) {
		r.critical = c.boolean(tagBoolean)
	}
	if c.is(tagOctets) {
		r.value = c.octets(tagOctets)
	}
	return r
}

// appendMessage appends a response with its envelope to b.
func appendMessage(b []byte, id int, tag asn1.Tag, controls []control, fill func(*cryptobyte.Builder)) []byte {
	out := cryptobyte.NewBuilder(b)
	out.AddASN1(tagSequence, func(m *cryptobyte.Builder) {
		m.AddASN1Int64(int64(id))
		m.AddASN1(tag, fill)
		if len(controls) == 0 {
			return
		}
		m.AddASN1(0xa0, func(list *cryptobyte.Builder) {
			for _, c := range controls {
				list.AddASN1(tagSequence, func(m *cryptobyte.Builder) {
					addText(m, tagOctets, c.oid)
					m.AddASN1(tagOctets, func(m *cryptobyte.Builder) { m.AddBytes(c.value) })
				})
			}
		})
	})
	return out.BytesOrPanic() // it fails on bad OIDs and times only, of which there are none
}

func addText(b *cryptobyte.Builder, tag asn1.Tag, s string) {
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
}
