package nntp

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// An Overview is the fields of the overview database (RFC 3977, 8.3): content
// without folding, with a space for each TAB, CR, LF and NUL in it. The engine
// works it out once, when an article comes.
type Overview struct {
	Subject    string
	From       string
	Date       string
	MessageID  string
	References string
	Bytes      int64 // of the article as it is stored, without its Xref
	Lines      int64 // of the body
}

// NewOverview works out the overview of an article whose header is h, whose
// body is body, and that has size octets in all.
func NewOverview(h Header, body []byte, size int) Overview {
	o := Overview{
		Bytes: int64(size),
		Lines: int64(bytes.Count(body, []byte{'\n'})),
	}
	if n := len(body); n > 0 && body[n-1] != '\n' {
		o.Lines++
	}
	for i := range h {
		var to *string
		switch name := h[i].Name; {
		case ascii.EqualFold(name, "Subject"):
			to = &o.Subject
		case ascii.EqualFold(name, "From"):
			to = &o.From
		case ascii.EqualFold(name, "Date"):
			to = &o.Date
		case ascii.EqualFold(name, "Message-ID"):
			to = &o.MessageID
		case ascii.EqualFold(name, "References"):
			to = &o.References
		default:
			continue
		}
		if *to == "" {
			*to = overviewField(h[i].Value)
		}
	}
	return o
}

// overviewField is a value as overview lines have it: nothing in it can be
// taken for the end of a field or of a line.
func overviewField(value string) string {
	value = content(value)
	if !strings.ContainsAny(value, "\t\r\n\x00") {
		return value
	}
	return overviewClean.Replace(value)
}

var overviewClean = strings.NewReplacer("\t", " ", "\r", " ", "\n", " ", "\x00", " ")

// overviewFormat is the answer to LIST OVERVIEW.FMT (RFC 3977, 8.4).
var overviewFormat = []string{"Subject:", "From:", "Date:", "Message-ID:", "References:", ":bytes", ":lines", "Xref:full"}

// AppendLine appends the line of OVER for e, without CRLF. Server is the name
// that Xref begins with.
func (e *Entry) AppendLine(b []byte, server string) []byte {
	o := &e.Overview
	b = strconv.AppendUint(b, uint64(e.Number), 10)
	for _, s := range [...]string{o.Subject, o.From, o.Date, o.MessageID, o.References} {
		b = append(b, '\t')
		b = append(b, s...)
	}
	b = append(b, '\t')
	b = strconv.AppendInt(b, o.Bytes+int64(xrefSize(server, e.Places)), 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, o.Lines, 10)
	if len(e.Places) == 0 {
		return append(b, '\t')
	}
	b = append(b, "\tXref: "...)
	return appendXref(b, server, e.Places)
}

// appendXref appends the content of Xref (RFC 5536, 3.2.14).
func appendXref(b []byte, server string, places []Place) []byte {
	b = append(b, server...)
	for i := range places {
		b = append(b, ' ')
		b = append(b, places[i].Group...)
		b = append(b, ':')
		b = strconv.AppendUint(b, uint64(places[i].Number), 10)
	}
	return b
}

// xrefSize is how many octets the Xref field adds to an article, none if it has
// no place.
func xrefSize(server string, places []Place) int {
	if len(places) == 0 {
		return 0
	}
	n := len("Xref: ") + len(server) + len("\r\n")
	for i := range places {
		n += len(" ") + len(places[i].Group) + len(":") + digits(places[i].Number)
	}
	return n
}

func digits(n Number) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}

var errOverview = errors.New("nntp: not an overview line")

// ParseEntry reads a line of OVER as AppendLine and other servers write it (RFC
// 3977, 8.3): fields beyond the first eight are passed over, but for Xref. Bytes
// and Lines are 0 where the server does not know them, and Bytes is what the
// server told.
func ParseEntry(line string) (Entry, error) {
	fields := strings.Split(line, "\t")
	if len(fields) < 8 || strings.ContainsAny(line, "\r\n\x00") {
		return Entry{}, errOverview
	}
	n, err := number(fields[0])
	if err != nil || n > MaxNumber {
		return Entry{}, errOverview
	}
	e := Entry{Number: n, Overview: Overview{
		Subject: fields[1], From: fields[2], Date: fields[3], MessageID: fields[4], References: fields[5],
	}}
	if e.Overview.Bytes, err = overviewCount(fields[6]); err != nil {
		return Entry{}, err
	}
	if e.Overview.Lines, err = overviewCount(fields[7]); err != nil {
		return Entry{}, err
	}
	for _, f := range fields[8:] {
		if name, value, ok := strings.Cut(f, ":"); ok && ascii.EqualFold(name, "Xref") {
			e.Places = ParseXref(value)
		}
	}
	return e, nil
}

func overviewCount(s string) (int64, error) {
	if s = strings.Trim(s, " "); s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, errOverview
	}
	return int64(n), nil
}

// ParseXref reads the places from the content of an Xref field; the server's
// name and what is no place are passed over.
func ParseXref(s string) []Place {
	var places []Place
	for word := range strings.FieldsSeq(s) {
		i := strings.LastIndexByte(word, ':')
		if i <= 0 {
			continue
		}
		if n, err := number(word[i+1:]); err == nil && n > 0 && n <= MaxNumber {
			places = append(places, Place{word[:i], n})
		}
	}
	return places
}
