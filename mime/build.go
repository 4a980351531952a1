package mime

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A Builder makes messages. The zero value makes such as any server takes: lines of ASCII.
//
// It reads what a content is before it chooses the encoding of a part: 7bit, 8bit or binary if the transport takes it so,
// else the shorter one of quoted-printable and base64. What is neither text nor a message is base64, unless the transport
// takes binary, and is not read for that. Nothing is held in memory but the header; a content is read again when the
// message is written.
//
// No part can end early, or begin, because of what is in another one: the boundaries have what no encoding has, and what is
// not encoded was looked through for them. A CR, LF or NUL in what becomes a header is an error.
type Builder struct {
	// Transport is what the transport takes: lines of ASCII by default; [transfer.EightBit] with 8BITMIME (RFC 6152),
	// [transfer.Binary] with BINARYMIME (RFC 3030).
	Transport transfer.Encoding
	// Mode says how text beyond ASCII is written in headers. With [header.UTF8], for SMTPUTF8, the transport takes 8bit too
	// (RFC 6531, 3.1).
	Mode header.Mode
	// Charsets are those that [Draft].Text and HTML may be in, best first; by default US-ASCII. UTF-8 is taken if none has all
	// characters.
	Charsets []string
	// Domain is the right side of identifiers; by default that of the first address in From.
	Domain string
	// Random is where boundaries and identifiers come from; by default crypto/rand.
	Random io.Reader
	// Now gives the Date; by default it is time.Now.
	Now func() time.Time
}

// Build makes a message. Its errors say what to change, and are those of contents, and [ErrTransport].
func (b Builder) Build(d *Draft) (*Outgoing, error) {
	out, err := b.build(d)
	if err != nil {
		return nil, fmt.Errorf("mime: %w", err)
	}
	return out, nil
}

// BuildEntity makes a part alone, with its header, for what is not a message yet: to be signed, or put into one as
// [Entity].Raw. It has no MIME-Version.
func (b Builder) BuildEntity(e *Entity) (*Outgoing, error) {
	out, err := b.plan(e, nil, false)
	if err != nil {
		return nil, fmt.Errorf("mime: %w", err)
	}
	return out, nil
}

func (b Builder) random() io.Reader {
	if b.Random == nil {
		return rand.Reader
	}
	return b.Random
}

func (b Builder) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

func (b Builder) transport() transfer.Encoding {
	if b.Mode == header.UTF8 {
		return wider(transfer.EightBit, b.Transport)
	}
	return cmp.Or(b.Transport, transfer.SevenBit)
}
