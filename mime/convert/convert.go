package convert

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/transfer"
)

// Convert makes of a message what the Options ask for. It reads the message to find out what is to be done, once or twice,
// and holds no more of it than headers, but for rich text; the result is made while it is read. Its errors are those of
// the source, of Options.Random, and [ErrOptions]; what can't be done with the message is told in Result.Problems, and
// left as it is. The message must be one of mime.Index and must not change while the result is in use.
func Convert(m *mime.Message, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &conversion{o: o, result: &Result{}, source: m.Root.Raw(), root: grow(m.Root, nil)}
	if err := c.run(m); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	r := c.result
	r.source, r.lf = c.source, c.lf
	r.segments = c.root.segments(nil, c.lf)
	if !r.Changed() { // nothing made it into the result
		r.segments = []segment{{end: m.Size}}
	}
	r.size = r.measured()
	return r, nil
}

// A conversion is one call of Convert.
type conversion struct {
	o      Options
	result *Result
	source io.ReaderAt
	root   *node
	lf     bool // lines end in LF alone
}

func (c *conversion) run(m *mime.Message) error {
	lf, err := endsInLF(m.Root)
	if err != nil {
		return err
	}
	c.lf = lf
	if c.result.Automatic, err = Recognise(m); err != nil {
		return err
	}
	if c.o.DropAutomaticReplies && c.result.Automatic.IsReply() {
		c.result.Drop = true
		return nil
	}
	c.result.UTF8Header = m.UTF8Header
	if c.tooComplex(m) {
		if c.o.changesAnything() {
			c.problem(TooComplex, c.root)
		}
		return c.judge()
	}
	steps := []func() error{}
	switch c.o.RichText {
	case RichTextNever:
		steps = append(steps, c.takeApart)
	case RichTextAlways:
		steps = append(steps, c.makeRichText)
	}
	switch c.o.Format {
	case MIME:
		steps = append(steps, c.attachFiles, c.convertTexts)
	case UUEncode:
		steps = append(steps, c.flattenMessage)
	default:
		steps = append(steps, c.convertTexts)
	}
	steps = append(steps, c.removeNames, c.encodeHeaders, c.encodeBodies, c.judge)
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// changesAnything reports whether the options ask for more than dropping.
func (o *Options) changesAnything() bool {
	return o.Format != AsIs || o.RichText != RichTextAsSent || o.Charset != "" || o.LineLength > 0 || o.NoDisplayNames ||
		o.Encoding != "" || o.ASCIIHeader
}

// endsInLF reports whether the lines of the message end in LF alone, by its first one.
func endsInLF(root *mime.Part) (bool, error) {
	buf := make([]byte, 4<<10)
	n, err := io.ReadFull(root.Raw(), buf)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	first, _, ended := strings.Cut(string(buf[:n]), "\n")
	return ended && !strings.HasSuffix(first, "\r"), nil
}

// tooComplex reports whether something in the message is in no part that the index knows, or in too large a header.
func (c *conversion) tooComplex(m *mime.Message) bool {
	if m.Defects.Has(mime.PartsLimit) || m.Defects.Has(mime.HeaderLimit) {
		return true
	}
	for p := range m.Root.All() {
		if p.BodyStart-p.Start > maxHeader {
			return true
		}
	}
	return false
}

func (c *conversion) change(k Kind, n *node) { note(&c.result.Changes, Note{Kind: k, Part: n.path}) }

func (c *conversion) problem(k Kind, n *node) { note(&c.result.Problems, Note{Kind: k, Part: n.path}) }

// secured reports whether a signature or encryption covers something in the message, as a problem if so.
func (c *conversion) secured() bool {
	return !c.root.all(func(n *node) bool {
		if n.isSecured() {
			c.problem(Signed, n)
			return false
		}
		return true
	})
}

// newBoundary makes a boundary that occurs nowhere. It is no line of quoted-printable either.
func (c *conversion) newBoundary() (string, error) {
	random := c.o.Random
	if random == nil {
		random = rand.Reader
	}
	b := make([]byte, 15)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return "=_" + hex.EncodeToString(b), nil
}

// judge finds out what a transport must take, if somebody wants to know and it has not turned out yet.
func (c *conversion) judge() error {
	if c.o.Encoding == "" || c.result.Encoding != "" {
		return nil
	}
	p, err := scan(&sequence{source: c.source, segments: c.root.segments(nil, c.lf), lf: c.lf}, c.lf)
	c.result.Encoding = byRank(p.needs())
	return err
}

// makeMultipart makes a multipart of a subtype with parts that were there before or are new.
func (c *conversion) makeMultipart(n *node, mediaType string, kids ...*node) error {
	boundary, err := c.newBoundary()
	if err != nil {
		return err
	}
	if err := n.edit(); err != nil {
		return err
	}
	n.kids, n.content, n.boundary = kids, nil, boundary
	for _, kid := range kids {
		kid.parent = n
	}
	n.encoding = transfer.SevenBit
	n.header.Del("Content-Transfer-Encoding")
	n.setContentType(mediaType, setParam(nil, "boundary", boundary))
	return nil
}
