package imap4

import (
	"context"
	"strings"
)

// clientMetadata is a METADATA response: of the server if the name is empty.
type clientMetadata struct {
	name    string
	entries []MetadataEntry
	changed []string // names without values: they have changed (RFC 5464, 4.4.2)
}

// MetadataOptions are options of GetMetadata (RFC 5464, 4.2).
type MetadataOptions struct {
	MaxSize int64 // leaves out values of more octets, unless 0
	Depth   int   // takes in the entries below: 1 for those right below, -1 for all
}

// GetMetadata asks for annotations of a mailbox, or of the server if name is
// empty. Entries are such as "/private/comment". Those that are not there have a
// nil Value, or are left out.
func (c *Client) GetMetadata(ctx context.Context, name string, entries []string, o *MetadataOptions) ([]MetadataEntry, error) {
	if o == nil {
		o = new(MetadataOptions)
	}
	var got []MetadataEntry
	_, err := c.run(ctx, clientCommand{
		verb: "GETMETADATA", needs: clientMetadataNeeds(name),
		args: func(e *clientEncoder) {
			e.raw(" ")
			o.encode(e)
			e.mailbox(name).raw(" ")
			clientList(e, entries, func(s string) { e.entry(s) })
		},
		take: func(v any) bool {
			m, is := v.(*clientMetadata)
			if !is || len(m.changed) > 0 || m.name != clientDecodeName(name, true) {
				return false
			}
			got = append(got, m.entries...)
			return true
		},
	})
	return got, err
}

func clientMetadataNeeds(name string) string {
	if name == "" {
		return "METADATA|METADATA-SERVER"
	}
	return "METADATA"
}

func (o *MetadataOptions) encode(e *clientEncoder) {
	var options []string
	switch {
	case o.Depth < 0:
		options = append(options, "DEPTH infinity")
	case o.Depth == 1:
		options = append(options, "DEPTH 1")
	case o.Depth > 1:
		e.fail("MetadataOptions.Depth is 0, 1, or -1 for all")
	}
	if len(options) == 0 && o.MaxSize <= 0 {
		return
	}
	e.raw("(")
	if o.MaxSize > 0 {
		e.raw("MAXSIZE ").number(uint64(o.MaxSize))
		if len(options) > 0 {
			e.raw(" ")
		}
	}
	e.raw(strings.Join(options, " ") + ") ")
}

// entry adds the name of an annotation.
func (e *clientEncoder) entry(name string) {
	if !strings.HasPrefix(name, "/") || strings.ContainsAny(name, "*%\r\n\x00") {
		e.fail(`the entry %q: it begins with "/private/" or "/shared/"`, name)
	}
	e.str(name)
}

// SetMetadata changes annotations of a mailbox, or of the server if name is
// empty, all or none; a nil Value removes one (RFC 5464, 4.3).
func (c *Client) SetMetadata(ctx context.Context, name string, entries []MetadataEntry) error {
	_, err := c.run(ctx, clientCommand{verb: "SETMETADATA", needs: clientMetadataNeeds(name), args: func(e *clientEncoder) {
		e.raw(" ").mailbox(name).raw(" ")
		clientList(e, entries, func(m MetadataEntry) {
			e.entry(m.Name)
			e.raw(" ")
			if m.Value == nil {
				e.raw("NIL")
				return
			}
			e.value(m.Value)
		})
	}})
	return err
}

// value adds octets: a literal8 if they hold a NUL.
func (e *clientEncoder) value(b []byte) {
	s := string(b)
	if strings.IndexByte(s, 0) >= 0 {
		e.literal(strings.NewReader(s), int64(len(s)), "~")
		return
	}
	e.str(s)
}

func (conn *clientConn) readMetadata() {
	p := &conn.p
	m := &clientMetadata{name: conn.decodeName(p.astring())}
	p.space()
	if p.peek() == '(' {
		p.list(func() {
			one := MetadataEntry{Name: p.astring()}
			p.space()
			if s := p.nstring(); s != nil {
				one.Value = []byte(*s)
			}
			m.entries = append(m.entries, one)
		})
	} else {
		for p.err == nil && p.i < len(p.b) {
			m.changed = append(m.changed, p.astring())
			p.take(' ')
		}
	}
	p.end()
	conn.offer(m, Update{Kind: UpdateMetadata, MailboxName: m.name, Entries: m.changed})
}
