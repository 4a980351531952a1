package imap4

import (
	"context"
	"slices"
	"strconv"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

// chunkSize is how many messages are looked at together. Where each look is a scan
// of the mailbox more are, so that a large one takes few.
const (
	chunkSize = 512
	scanSize  = 8 << 10
)

// details calls each with the rows and what the store knows of those messages,
// chunk by chunk, in order. Messages that are gone are left out. No call of the
// store is under way during each.
func (c *Conn) details(ctx context.Context, rows spans, each func([]found) error) error {
	size := chunkSize
	if _, ok := as[MetaReader](c.account); !ok {
		size = scanSize
	}
	chunk := make([]found, 0, min(rows.len(), size))
	c.report = c.progress(rows.len())
	for len(rows) > 0 {
		var some spans
		some, rows = rows.cut(size)
		var err error
		if chunk, err = c.look(ctx, some, chunk[:0]); err != nil {
			return err
		}
		for part := range slices.Chunk(chunk, chunkSize) {
			if err := each(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// A found is a message with its row.
type found struct {
	row int
	Meta
	sum *summary.Summary // nil until it is asked for
}

// cut parts spans behind the first n rows.
func (s spans) cut(n int) (head, tail spans) {
	for i, r := range s {
		if size := r.end - r.first; size < n {
			n -= size
			continue
		}
		head = append(s[:i:i], span{r.first, r.first + n})
		if r.first+n < r.end {
			return head, append(spans{{r.first + n, r.end}}, s[i+1:]...)
		}
		return head, s[i+1:]
	}
	return s, nil
}

// look appends what the store knows of some rows.
func (c *Conn) look(ctx context.Context, rows spans, to []found) ([]found, error) {
	v := c.box
	uids := v.uidsOf(rows)
	all, ok := as[MetaReader](c.account)
	if ok {
		for m, err := range all.Metas(ctx, v.id, uids) {
			if err != nil {
				return to, err
			}
			to = v.note(m, uids, to)
		}
		return to, nil
	}
	_, scan, err := c.account.Scan(ctx, v.id, 0)
	if err != nil {
		return to, err
	}
	last := uids[len(uids)-1].Last
	for m, err := range scan {
		if err != nil {
			return to, err
		}
		if to = v.note(m, uids, to); m.UID >= last {
			break
		}
	}
	return to, nil
}

// note appends a message, if it is one of those asked for.
func (v *view) note(m Meta, uids UIDSet, to []found) []found {
	if m.Expunged || !uids.Contains(m.UID) {
		return to
	}
	if n := len(to); n > 0 { // most often it is the next one
		if row := to[n-1].row + 1; row < v.len() && v.uids[row] == m.UID {
			return append(to, found{row: row, Meta: m})
		}
	}
	if row, ok := v.find(m.UID); ok {
		to = append(to, found{row: row, Meta: m})
	}
	return to
}

// summaries finds the summaries of messages: those that the engine remembers,
// then those that the store keeps. The others are left for summarize.
func (c *Conn) summaries(ctx context.Context, chunk []found) {
	store, ok := as[SummaryCache](c.account)
	var ask []string
	at := map[string][]int{} // copies share an EmailID
	for i := range chunk {
		m := &chunk[i]
		if m.sum = c.srv.known.Get(c.summaryKey(&m.Meta)); m.sum == nil && ok && m.EmailID != "" {
			if at[m.EmailID] == nil {
				ask = append(ask, m.EmailID)
			}
			at[m.EmailID] = append(at[m.EmailID], i)
		}
	}
	if len(ask) == 0 {
		return
	}
	loaded := 0
	for s, err := range store.LoadSummaries(ctx, c.box.id, ask) {
		if loaded += len(s.Data); loaded > maxLoaded {
			return // the others are made again, one after the other
		}
		if err != nil {
			c.srv.logger().WarnContext(ctx, "imap4: summaries not loaded", "user", c.identity.Name(), "err", err)
			return
		}
		sum, good := summary.Decode(s.Data)
		for n, i := range at[s.EmailID] {
			if !good || sum.Size != chunk[i].Size {
				break
			}
			if chunk[i].sum = sum; n == 0 {
				c.srv.known.Put(c.summaryKey(&chunk[i].Meta), sum)
			}
		}
	}
}

// maxLoaded is how many octets of summaries are loaded together.
const maxLoaded = 8 << 20

// keep gives the store the summaries that were made, to keep.
func (c *Conn) keep(ctx context.Context, made []Summary) {
	if len(made) == 0 {
		return
	}
	store, ok := as[SummaryCache](c.account)
	if !ok {
		return
	}
	if err := store.SaveSummaries(ctx, c.box.id, made); err != nil {
		c.srv.logger().WarnContext(ctx, "imap4: summaries not saved", "user", c.identity.Name(), "err", err)
	}
}

// summaryKey names a message for all conversations. An EmailID does so within one
// account only (RFC 8474, 5.1).
func (c *Conn) summaryKey(m *Meta) string {
	b := append([]byte(c.identity.Name()), 0)
	if m.EmailID != "" {
		return string(append(b, m.EmailID...))
	}
	b = strconv.AppendUint(append(b, 0), uint64(c.box.id), 36)
	b = strconv.AppendUint(append(b, 0), uint64(c.box.validity), 36)
	return string(strconv.AppendUint(append(b, 0), uint64(m.UID), 36))
}
