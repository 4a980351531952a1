package report

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A Letter is what a report is sent with. Its envelope must have a null reverse path (RFC 3464, 2; RFC 8098, 3), but for
// one with a Feedback.
type Letter struct {
	// From is who answers for the report: of a Delivery the postmaster (RFC 3464, 2), of a Disposition whose it is (RFC
	// 8098, 3).
	From header.Address

	// To is who is told: of a Delivery the reverse path of the message (RFC 3464, 2), of a Disposition its
	// Disposition-Notification-To.
	To []header.Address

	Subject   string    // if empty, one that fits
	Date      time.Time // if zero, now
	MessageID string    // with its angle brackets; if empty, a new one at From's domain

	// CopyOf makes this a copy for an administrator, and the text and the subject of a Delivery say so. It is the address
	// of who is told otherwise, or "<>" for nobody.
	CopyOf string

	// Text is for people, lines that end in "\n"; if empty, one in English that says what the report does.
	Text string

	Original Original
	Way      Way

	// Random is where the delimiter of the parts and the identifier come from; nil is crypto/rand.Reader, and all that is
	// safe.
	Random io.Reader
}

// A Way is which octets the report may have on its way.
type Way uint8

// The ways. Each takes what those before it take.
const (
	SevenBit Way = iota // ASCII
	EightBit            // any octets in bodies: all hosts on the way offer 8BITMIME (RFC 6152)
	UTF8                // in headers as well: they offer SMTPUTF8 (RFC 6531)
)

// A Message is a report to be sent, which can be read once. An error is one of Original.Message.
type Message struct {
	io.Reader
	Size  int64 // in octets
	Needs Way   // what it really has, no more than Letter.Way
}

// Delivery writes a delivery status notification.
func (l *Letter) Delivery(d *Delivery) (*Message, error) {
	auto := "auto-replied"
	if l.CopyOf != "" { // it does not answer whom it is for (RFC 3834, 5.1)
		auto = "auto-generated"
	}
	return l.compose(d, "delivery-status", "global-delivery-status", auto)
}

// Disposition writes a message disposition notification.
func (l *Letter) Disposition(d *Disposition) (*Message, error) {
	return l.compose(d, "disposition-notification", "global-disposition-notification", "auto-replied")
}

// Feedback writes a report of abuse. Values beyond ASCII, for which the format has no form, are written all the same.
func (l *Letter) Feedback(f *Feedback) (*Message, error) {
	return l.compose(f, "feedback-report", "feedback-report", "auto-generated")
}

// A content is one of the three kinds of report.
type content interface {
	write(w *fieldWriter)                     // the machine-readable part
	text(l *Letter, head *original) *document // for people
	subject(l *Letter, head *original) string
}

// compose puts a report together. Its report-type is the same for a global part, which containers have to take for
// equivalent (RFC 6533, 4.4), and which readers would not look for.
func (l *Letter) compose(c content, kind, global, auto string) (*Message, error) {
	head, err := l.Original.read()
	if err != nil {
		return nil, fmt.Errorf("report: reading the message: %w", err)
	}
	fields, isGlobal := machine(c, l.Way)
	if fields.err != nil {
		return nil, fields.err
	}
	if !isGlobal {
		global = kind
	}
	third, err := l.Original.returned(head, l.Way)
	if err != nil {
		return nil, fmt.Errorf("report: reading the message: %w", err)
	}
	text := l.text(c, head)
	charset := "us-ascii"
	if !ascii(text) {
		charset = "utf-8"
	}
	parts := []*part{textPart("text/plain; charset="+charset, text, l.Way), textPart("message/"+global, fields.b, l.Way)}
	if third != nil {
		parts = append(parts, third)
	}
	h, err := l.head(c, head, auto)
	if err != nil {
		return nil, err
	}
	return l.assemble(h, parts, kind)
}

// machine writes the machine-readable part: in ASCII if nothing is lost by that, or else in UTF-8 (RFC 6533, 4.4).
func machine(c content, way Way) (w fieldWriter, global bool) {
	c.write(&w)
	if ascii(w.b) && (!w.escaped || way < UTF8) {
		return w, false
	}
	w = fieldWriter{utf8: true}
	c.write(&w)
	return w, true
}

// text is the part for people.
func (l *Letter) text(c content, head *original) []byte {
	if l.Text == "" {
		return c.text(l, head).bytes()
	}
	var d document
	d.lines(l.Text)
	return d.bytes()
}

// assemble makes the multipart/report.
func (l *Letter) assemble(h *headWriter, parts []*part, kind string) (*Message, error) {
	boundary, err := newBoundary(l.Random)
	if err != nil {
		return nil, err
	}
	needs := h.needs
	for _, p := range parts {
		needs = max(needs, p.needs)
	}
	h.add("MIME-Version", "1.0")
	h.add("Content-Type", `multipart/report; report-type=`+kind+`; boundary="`+boundary+`"`)
	if needs > SevenBit { // what is around octets must allow them too (RFC 2045, 6.4)
		h.add("Content-Transfer-Encoding", string(transfer.EightBit))
	}
	if h.err != nil {
		return nil, h.err
	}
	m := &Message{Needs: needs}
	var readers []io.Reader
	next := bytes.NewBuffer(h.b)
	for _, p := range parts {
		fmt.Fprintf(next, "\r\n--%s\r\nContent-Type: %s\r\n", boundary, p.kind)
		if p.encoding != transfer.SevenBit {
			fmt.Fprintf(next, "Content-Transfer-Encoding: %s\r\n", p.encoding)
		}
		next.WriteString("\r\n")
		m.Size += int64(next.Len()) + p.size
		readers = append(readers, next, p.body)
		next = new(bytes.Buffer)
	}
	fmt.Fprintf(next, "\r\n--%s--\r\n", boundary)
	m.Size += int64(next.Len())
	m.Reader = io.MultiReader(append(readers, next)...)
	return m, nil
}
