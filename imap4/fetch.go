package imap4

import (
	"context"
	"errors"
	"slices"

	"github.com/wirepost/wirepost/mime"
)

// fetch tells what was asked of messages, one response each (RFC 9051, 6.4.5).
func (c *Conn) fetch(ctx context.Context, r fetchRequest) Reply {
	if r.vanished && !c.has(qresync) {
		return bad("ENABLE QRESYNC first") // RFC 7162, 3.2.6
	}
	rows, ok := c.resolve(&r.set, r.uid)
	if !ok {
		return badSet
	}
	if r.changedSince != nil {
		c.enabled |= condStore
		if r.vanished {
			if err := c.tellVanished(ctx, c.everIn(&r.set), *r.changedSince); err != nil {
				return c.replyTo(ctx, err)
			}
		}
		rows = c.box.changed(rows, *r.changedSince)
		r.items = with(r.items, fetchModSeq)
	}
	if slices.ContainsFunc(r.items, func(f fetchItem) bool { return f.kind == fetchModSeq }) {
		c.enabled |= condStore // RFC 7162, 3.1
	}
	if r.uid && !c.has(uidOnly) {
		r.items = with(r.items, fetchUID) // RFC 9051, 6.4.9
	}
	if limit := c.srv.limits().Messages; limit > 0 && r.partial != nil && r.partial.size() > int64(limit) {
		return tooMany(messageLimit(limit))
	}
	rows, more := c.bounded(rows, r.partial)
	f := &fetching{c: c, items: r.items}
	if f.asks(fetchFlags) {
		c.tellKeywords() // to whom NOTIFY does not tell of new messages
	}
	if err := f.see(ctx, rows); err != nil {
		return c.replyTo(ctx, err)
	}
	if err := f.run(ctx, rows); err != nil {
		return c.replyTo(ctx, err)
	}
	switch {
	case c.lost != nil:
		return Reply{}
	case f.gone:
		return c.limited(someGone, more)
	case f.unknown:
		return c.limited(No("UNKNOWN-CTE", "a part has a transfer encoding that is not known"), more) // RFC 3516, 4.3
	}
	return c.limited(OK("", "fetched"), more)
}

// with adds an item, if it is not there, before all others.
func with(items []fetchItem, kind fetchKind) []fetchItem {
	for _, f := range items {
		if f.kind == kind {
			return items
		}
	}
	return append([]fetchItem{{kind: kind, peek: true}}, items...)
}

// changed returns those of the rows that have changed since.
func (v *view) changed(rows spans, since ModSeq) (out spans) {
	for i := range rows.all {
		if v.mods[i] <= since {
			continue
		}
		if n := len(out); n > 0 && out[n-1].end == i {
			out[n-1].end++
		} else {
			out = append(out, span{i, i + 1})
		}
	}
	return out
}

// A fetching is a FETCH under way.
type fetching struct {
	c       *Conn
	items   []fetchItem
	seen    map[UID]bool // whose \Seen was set by this
	gone    bool         // a message was not there any more
	unknown bool         // a part could not be decoded
	b       []byte       // what is not handed on yet
	made    []Summary
}

// see sets \Seen for what is read without PEEK.
func (f *fetching) see(ctx context.Context, rows spans) error {
	c := f.c
	peeks := !slices.ContainsFunc(f.items, func(f fetchItem) bool { return !f.peek })
	if peeks || c.box.readOnly || allowed(c.box.rights, "s") != nil {
		return nil
	}
	var unseen spans
	for i := range rows.all {
		if c.box.flags[i]&uint32(Seen) == 0 {
			unseen = append(unseen, span{i, i + 1})
		}
	}
	if len(unseen) == 0 {
		return nil
	}
	changed, _, err := c.account.SetFlags(ctx, c.box.id, FlagChange{
		UIDs: c.box.uidsOf(unseen), Mode: AddFlags, Flags: Flags{System: Seen},
	})
	f.seen = make(map[UID]bool, len(changed))
	for _, m := range changed {
		if i, ok := c.box.find(m.UID); ok {
			c.box.set(i, m)
			f.seen[m.UID] = true
		}
	}
	c.tellKeywords()
	return err
}

// run tells all rows.
func (f *fetching) run(ctx context.Context, rows spans) error {
	piece := pieces.Get().(*[]byte)
	f.b = (*piece)[:0]
	defer func() {
		if cap(f.b) <= 4*pieceSize {
			*piece = f.b[:0]
			pieces.Put(piece)
		}
	}()
	var err error
	if f.opensOnly() {
		err = f.open(ctx, rows)
	} else if !f.needsDetails() {
		for i := range rows.all {
			f.flags(i)
			if f.c.lost != nil {
				break
			}
		}
	} else {
		there := 0
		err = f.c.details(ctx, rows, func(chunk []found) error {
			there += len(chunk)
			return f.chunk(ctx, chunk)
		})
		f.gone = f.gone || there < rows.len()
	}
	f.flush()
	return err
}

// needsDetails reports whether the view alone has not all that was asked for.
func (f *fetching) needsDetails() bool {
	return slices.ContainsFunc(f.items, func(f fetchItem) bool { return f.kind > fetchModSeq })
}

// opensOnly reports whether all that was asked for is in the view or is the whole of
// a message, so that the store need not be asked what it knows besides.
func (f *fetching) opensOnly() bool {
	return f.needsDetails() && !slices.ContainsFunc(f.items, func(f fetchItem) bool {
		whole := len(f.section.Path) == 0 && f.section.Specifier == mime.WholePart
		return f.kind > fetchModSeq && f.kind != fetchRFC822 && !(f.kind == fetchSection && whole)
	})
}

// open tells messages that are to be opened, without details.
func (f *fetching) open(ctx context.Context, rows spans) error {
	f.c.report = f.c.progress(rows.len())
	one := make([]found, 1)
	for i := range rows.all {
		one[0] = found{row: i, Meta: Meta{UID: f.c.box.uids[i]}}
		if err := f.chunk(ctx, one); err != nil || f.c.lost != nil {
			return err
		}
	}
	return nil
}

// needsSummaries reports whether more than the store knows was asked for.
func (f *fetching) needsSummaries() bool {
	return slices.ContainsFunc(f.items, func(f fetchItem) bool {
		return f.kind >= fetchEnvelope && !(f.kind == fetchSection && len(f.section.Path) == 0 && f.section.Specifier == 0)
	})
}

// flags tells a row by what the view has.
func (f *fetching) flags(row int) {
	f.begin(row)
	for i := range f.items {
		f.quick(&f.items[i], row)
	}
	f.end(row)
}

// begin begins the response of a row.
func (f *fetching) begin(row int) {
	f.b = append(f.b, "* "...)
	if f.c.has(uidOnly) {
		f.b = append(appendNumber(f.b, f.c.box.uids[row]), " UIDFETCH ("...)
		return
	}
	f.b = append(appendNumber(f.b, row+1), " FETCH ("...)
}

// end ends it, and hands on what is enough.
func (f *fetching) end(row int) {
	if f.seen[f.c.box.uids[row]] {
		if !f.asks(fetchFlags) {
			f.quick(&fetchItem{kind: fetchFlags}, row)
		}
		if f.c.has(condStore) && !f.asks(fetchModSeq) { // RFC 7162, 3.2.4
			f.quick(&fetchItem{kind: fetchModSeq}, row)
		}
	}
	if f.b[len(f.b)-1] == ' ' {
		f.b = f.b[:len(f.b)-1]
	}
	f.b = append(f.b, ")\r\n"...)
	if len(f.b) >= pieceSize-512 {
		f.flush()
	}
}

// asks reports whether the client has asked for an item.
func (f *fetching) asks(kind fetchKind) bool {
	return slices.ContainsFunc(f.items, func(f fetchItem) bool { return f.kind == kind })
}

func (f *fetching) flush() {
	f.c.put(f.b)
	f.b = f.b[:0]
}

// quick tells an item that the view has, with a space behind it.
func (f *fetching) quick(item *fetchItem, row int) {
	v := f.c.box
	switch item.kind {
	case fetchUID:
		f.b = appendNumber(append(f.b, "UID "...), v.uids[row])
	case fetchFlags:
		f.b = appendFlags(append(f.b, "FLAGS "...), v.flagsOf(row), v.isRecent(v.uids[row]))
	case fetchModSeq:
		f.b = append(appendNumber(append(f.b, "MODSEQ ("...), v.mods[row]), ')')
	}
	f.b = append(f.b, ' ')
}

// chunk tells some messages.
func (f *fetching) chunk(ctx context.Context, chunk []found) error {
	if f.needsSummaries() {
		f.c.summaries(ctx, chunk)
	}
	f.made = f.made[:0]
	m := &message{}
	for i := range chunk {
		*m = message{c: f.c, found: &chunk[i], made: &f.made}
		at := len(f.b)
		err := f.message(ctx, m)
		m.close(ctx)
		switch {
		case f.c.lost != nil:
			return errLost
		case errors.Is(err, ErrNotFound):
			f.gone = true
			f.b = f.b[:at]
		case err != nil:
			return err
		}
	}
	f.c.keep(ctx, f.made)
	return nil
}

// message tells one message. If it returns an error nothing of the response was
// handed on.
func (f *fetching) message(ctx context.Context, m *message) error {
	for _, item := range f.items {
		if item.kind >= fetchSection {
			if err := m.open(ctx); err != nil {
				return err
			}
			break
		}
	}
	at := len(f.b)
	f.begin(m.row)
	for i := range f.items {
		if err := f.item(ctx, &f.items[i], m); err != nil {
			if len(f.b) >= at && !f.c.inside {
				f.b = f.b[:at]
				return err
			}
			// A part of the response is on its way and cannot be ended.
			return f.c.cut(ctx, m, err)
		}
		if f.c.lost != nil {
			return nil
		}
	}
	f.c.inside = false
	f.end(m.row)
	return nil
}

// cut ends the conversation in the midst of a response.
func (c *Conn) cut(ctx context.Context, m *message, err error) error {
	c.srv.logger().ErrorContext(ctx, "imap4: message cannot be sent, hanging up", "user", c.identity.Name(), "uid", m.UID, "err", err)
	c.gone(err)
	return nil
}

// item tells one item, with a space behind it.
func (f *fetching) item(ctx context.Context, item *fetchItem, m *message) error {
	switch item.kind {
	case fetchUID, fetchFlags, fetchModSeq:
		f.quick(item, m.row)
		return nil
	case fetchSize:
		f.b = appendNumber(append(f.b, "RFC822.SIZE "...), m.Size)
	case fetchDate:
		f.b = appendDateTime(append(f.b, "INTERNALDATE "...), m.Received)
	case fetchSaveDate:
		f.b = append(f.b, "SAVEDATE "...)
		if m.Saved.IsZero() {
			f.b = append(f.b, "NIL"...)
		} else {
			f.b = appendDateTime(f.b, m.Saved)
		}
	case fetchEmailID:
		f.b = appendObjectID(append(f.b, "EMAILID "...), m.EmailID)
	case fetchThreadID:
		f.b = appendObjectID(append(f.b, "THREADID "...), m.ThreadID)
	case fetchEnvelope, fetchBody, fetchStructure, fetchPreview, fetchLazyPreview:
		if err := f.summarized(ctx, item, m); err != nil {
			return err
		}
	default:
		if err := f.section(ctx, item, m); err != nil {
			return err
		}
	}
	f.b = append(f.b, ' ')
	return nil
}

// appendObjectID appends an identifier, or NIL (RFC 8474, 5).
func appendObjectID(b []byte, id string) []byte {
	if id == "" {
		return append(b, "NIL"...)
	}
	return append(append(append(b, '('), id...), ')')
}

// summarized tells what a summary has.
func (f *fetching) summarized(ctx context.Context, item *fetchItem, m *message) error {
	utf8 := f.c.takesUTF8()
	if item.kind == fetchLazyPreview && m.sum == nil {
		f.b = append(f.b, "PREVIEW NIL"...) // RFC 8970, 3.1: it would take time
		return nil
	}
	sum, err := m.summarize(ctx)
	if err != nil {
		return err
	}
	switch item.kind {
	case fetchEnvelope:
		f.b = append(append(f.b, "ENVELOPE "...), sum.Envelope.For(utf8)...)
	case fetchBody:
		f.b = append(append(f.b, "BODY "...), sum.Body.For(utf8)...)
	case fetchStructure:
		f.b = append(append(f.b, "BODYSTRUCTURE "...), sum.BodyStructure.For(utf8)...)
	default:
		f.b = appendString(append(f.b, "PREVIEW "...), sum.Preview, utf8)
	}
	return nil
}
