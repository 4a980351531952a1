package nntp

import (
	"context"
	"errors"
	"strconv"

	"github.com/wirepost/wirepost/internal/ascii"
)

// hdr answers HDR (RFC 3977, 8.5).
func (c *Conn) hdr(ctx context.Context, req headerRequest) Reply {
	if req.field[0] == ':' && overviewColumn(req.field) == columnNone {
		return noHeader
	}
	return c.headers(ctx, req, hdrReply, rangeAnswers{none: emptyRange})
}

// xhdr answers XHDR, for which an empty range is no error (RFC 2980, 2.6).
func (c *Conn) xhdr(ctx context.Context, req headerRequest) Reply {
	return c.headers(ctx, req, headersReply, rangeAnswers{none: noSelected, empty: true})
}

// xpat answers XPAT: the headers that match (RFC 2980, 2.9).
func (c *Conn) xpat(ctx context.Context, req headerRequest) Reply {
	return c.headers(ctx, req, headersReply, rangeAnswers{none: noSelected, empty: true})
}

// headers answers with the content of one field of each article.
func (c *Conn) headers(ctx context.Context, req headerRequest, r Reply, answers rangeAnswers) Reply {
	column := overviewColumn(req.field)
	if column == columnNone && req.id == "" && c.group.name != "" && req.ranged {
		if tooMany, refusal := c.opensTooMany(ctx, req.numbers); tooMany {
			return refusal
		}
	}
	return c.each(ctx, req.rangeRequest, r, answers, func(ctx context.Context, l *lines, e *Entry) error {
		start := len(l.b)
		l.b = append(strconv.AppendUint(l.b, uint64(e.Number), 10), ' ')
		at := len(l.b)
		var err error
		if l.b, err = c.appendField(ctx, l.b, column, req.field, e); err != nil {
			return err
		}
		if len(req.patterns.tokens) > 0 && !req.patterns.match(string(l.b[at:min(len(l.b), at+maxMatched)])) {
			l.b = l.b[:start]
			return nil
		}
		return l.end()
	})
}

// maxMatched is how many octets of a field XPAT looks at: patterns of many stars
// take long with long fields.
const maxMatched = 4096

// opensTooMany reports whether a range holds more articles than may be opened for
// one command, and why it is refused then.
func (c *Conn) opensTooMany(ctx context.Context, r Range) (bool, Reply) {
	most := c.srv.limits().Opened
	if most < 0 || r.Last < r.First || uint64(r.Last-r.First) < uint64(most) {
		return false, Reply{}
	}
	n := 0
	for _, err := range c.srv.Store.Overview(ctx, c.group.name, r) {
		if err != nil {
			return false, Reply{} // the list itself will say
		}
		if n++; n > most {
			return true, tooManyToOpen
		}
	}
	return false, Reply{}
}

// A column is a field of the overview.
type column uint8

const (
	columnNone column = iota
	columnSubject
	columnFrom
	columnDate
	columnMessageID
	columnReferences
	columnBytes
	columnLines
	columnXref
)

// overviewColumn is the column that has the field, if one does. Bytes and Lines
// are metadata only with the colon; the header Lines is another thing.
func overviewColumn(field string) column {
	for c, name := range [...]string{
		columnSubject: "Subject", columnFrom: "From", columnDate: "Date", columnMessageID: "Message-ID",
		columnReferences: "References", columnBytes: ":bytes", columnLines: ":lines", columnXref: "Xref",
	} {
		if name != "" && ascii.EqualFold(field, name) {
			return column(c)
		}
	}
	return columnNone
}

// appendField appends the content of one field. What the overview does not have
// is read from the article.
func (c *Conn) appendField(ctx context.Context, b []byte, col column, field string, e *Entry) ([]byte, error) {
	o := &e.Overview
	switch col {
	case columnSubject:
		return append(b, o.Subject...), nil
	case columnFrom:
		return append(b, o.From...), nil
	case columnDate:
		return append(b, o.Date...), nil
	case columnMessageID:
		return append(b, o.MessageID...), nil
	case columnReferences:
		return append(b, o.References...), nil
	case columnBytes:
		return strconv.AppendInt(b, o.Bytes+int64(xrefSize(c.srv.hostname(), e.Places)), 10), nil
	case columnLines:
		return strconv.AppendInt(b, o.Lines, 10), nil
	case columnXref:
		if len(e.Places) == 0 {
			return b, nil
		}
		return appendXref(b, c.srv.hostname(), e.Places), nil
	}
	a, err := c.srv.Store.Find(ctx, o.MessageID)
	if errors.Is(err, ErrNoArticle) {
		return b, nil // it has gone since
	}
	if err != nil {
		return b, err
	}
	h, err := readHeader(a.Text)
	if err = errors.Join(err, a.Text.Close()); err != nil {
		return b, err
	}
	for i := range h {
		if ascii.EqualFold(h[i].Name, field) {
			return append(b, overviewField(h[i].Value)...), nil
		}
	}
	return b, nil
}

// readHeader reads the header of a stored article.
func readHeader(text Text) (Header, error) {
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	size, err := headSize(text, *piece)
	if err != nil {
		return nil, err
	}
	b := *piece
	if size > int64(len(b)) {
		b = make([]byte, size)
	}
	if _, err := readAt(text, b[:size], 0); err != nil {
		return nil, err
	}
	return parseFields(string(b[:size]))
}
