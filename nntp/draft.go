package nntp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

// A Draft is an article to be written (RFC 5536). From, Newsgroups and Subject
// must be set; a server that it is posted to adds Date, Message-ID and Path
// where they are missing.
type Draft struct {
	From       string // an address, as header.FormatAddresses writes it
	Newsgroups []string
	Subject    string    // as header.EncodeText writes it, or UTF-8
	Date       time.Time // none if zero
	MessageID  string    // with its angle brackets; none if empty
	References []string  // message identifiers, the oldest first; what is too much for one field is left out
	FollowupTo []string  // groups, or "poster"
	Control    string    // "cancel <id>" and so on; none if empty
	Approved   string    // an address, as From; none if empty
	Expires    time.Time // none if zero
	Extra      Header    // other fields, such as those of MIME

	// Body is lines that end in CRLF or LF. A last line without one gets it.
	Body string
}

var errDraft = errors.New("nntp: bad draft")

// AppendTo appends the article to b. What would make it another article than
// what d says is an error: a CR, LF or NUL in a field, a name that is none, a
// bare CR or a NUL in the body.
func (d *Draft) AppendTo(b []byte) ([]byte, error) {
	switch {
	case d.From == "" || d.Subject == "":
		return nil, fmt.Errorf("%w: From and Subject must be set", errDraft)
	case len(d.Newsgroups) == 0:
		return nil, fmt.Errorf("%w: Newsgroups must have a group", errDraft)
	case d.MessageID != "" && !wellFormedID(d.MessageID):
		return nil, fmt.Errorf("%w: MessageID %q is none", errDraft, d.MessageID)
	}
	for _, g := range d.Newsgroups {
		if !ValidGroupName(g) {
			return nil, fmt.Errorf("%w: %q is not the name of a group", errDraft, g)
		}
	}
	fields := Header{
		{"From", d.From},
		{"Newsgroups", strings.Join(d.Newsgroups, ",")},
		{"Subject", d.Subject},
		{"Date", formatDate(d.Date)},
		{"Message-ID", d.MessageID},
		{"References", strings.Join(fitting(d.References), " ")},
		{"Followup-To", strings.Join(d.FollowupTo, ",")},
		{"Control", d.Control},
		{"Approved", d.Approved},
		{"Expires", formatDate(d.Expires)},
	}
	for _, f := range append(fields, d.Extra...) {
		if strings.Trim(f.Value, " \t") == "" {
			continue
		}
		line, err := header.Fold(f.Name, f.Value)
		if err != nil {
			return nil, fmt.Errorf("%w: field %q: %w", errDraft, f.Name, err)
		}
		b = append(b, line...)
	}
	return appendBody(append(b, "\r\n"...), d.Body)
}

// maxReferences is how long the field References may be, unfolded, without its name (RFC 5537, 3.4.4).
const maxReferences = 998 - len("References: ")

// fitting returns those of references for which there is room: the first, and the last. Two of these stay in any case.
func fitting(references []string) []string {
	size := -1
	for _, id := range references {
		size += len(id) + 1
	}
	from := min(1, len(references))
	for size > maxReferences && from < len(references)-2 {
		size -= len(references[from]) + 1
		from++
	}
	if from <= 1 {
		return references
	}
	return append([]string{references[0]}, references[from:]...)
}

// appendBody appends lines with CRLF.
func appendBody(b []byte, body string) ([]byte, error) {
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.ContainsAny(line, "\r\x00") {
			return nil, fmt.Errorf("%w: a CR or NUL within a line of the body", errDraft)
		}
		b = append(append(b, line...), "\r\n"...)
	}
	return b, nil
}

// Article returns the article of d: see AppendTo.
func (d *Draft) Article() (*bytes.Reader, error) {
	b, err := d.AppendTo(nil)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(b), nil
}

func formatDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return header.FormatDate(t)
}
