//go:build linux

package peers

import (
	"bytes"
	"errors"
	"io"
	"strings"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // decodes texts
	gomail "github.com/emersion/go-message/mail"
	"github.com/jhillyerd/enmime/v2"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// A parser reads a whole message: its structure, its addresses and its subject,
// and every part decoded, texts in UTF-8. It returns how many octets that were.
type parser struct {
	name  string
	parse func(message []byte) (int64, error)
}

// parsers are compared with each other.
var parsers = []parser{
	{ours, parseWirepost},
	{"wirepost-index", indexWirepost},
	{messagePeer, parseGoMessage},
	{"enmime", parseEnmime},
}

// messagePeer is what parsers are measured by.
const messagePeer = "go-message"

// addressFields are those that all parsers read.
var addressFields = []string{"From", "To", "Cc"}

func parseWirepost(b []byte) (n int64, err error) {
	m, err := mime.Index(bytes.NewReader(b), int64(len(b)), mime.Limits{})
	if err != nil {
		return 0, err
	}
	h, err := m.Root.Header()
	if err != nil {
		return 0, err
	}
	for _, name := range addressFields {
		header.ParseAddresses(h.Get(name), nil)
	}
	header.DecodeText(h.Get("Subject"), nil)
	header.ParseDate(h.Get("Date"), nil)
	for p := range m.Root.All() {
		if p.IsMultipart() {
			continue
		}
		body := p.Decoded()
		if strings.HasPrefix(p.Type, "text/") {
			body = p.Text()
		}
		k, err := io.Copy(io.Discard, body)
		if n += k; err != nil {
			return n, err
		}
	}
	return n, nil
}

// indexWirepost finds the parts and reads nothing: what IMAP needs of most
// messages.
func indexWirepost(b []byte) (int64, error) {
	_, err := mime.Index(bytes.NewReader(b), int64(len(b)), mime.Limits{})
	return 0, err
}

func parseGoMessage(b []byte) (n int64, err error) {
	e, err := gomessage.Read(bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	h := gomail.Header{Header: e.Header}
	for _, name := range addressFields {
		if _, err := h.AddressList(name); err != nil {
			return 0, err
		}
	}
	if _, err := h.Subject(); err != nil {
		return 0, err
	}
	if _, err := h.Date(); err != nil {
		return 0, err
	}
	return readEntity(e)
}

// readEntity reads the leaves of a part.
func readEntity(e *gomessage.Entity) (n int64, err error) {
	parts := e.MultipartReader()
	if parts == nil {
		return io.Copy(io.Discard, e.Body)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		k, err := readEntity(part)
		if n += k; err != nil {
			return n, err
		}
	}
}

func parseEnmime(b []byte) (n int64, err error) {
	e, err := enmime.ReadEnvelope(bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	for _, name := range addressFields {
		if _, err := e.AddressList(name); err != nil {
			return 0, err
		}
	}
	e.GetHeader("Subject")
	e.Root.DepthMatchAll(func(p *enmime.Part) bool {
		n += int64(len(p.Content))
		return false
	})
	return n, nil
}
