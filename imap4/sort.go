package imap4

import (
	"context"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/imap4/internal/thread"
)

// sortRequest is what a SORT command says (RFC 5256, 3; RFC 5267, 3).
type sortRequest struct {
	searchRequest
	criteria  []thread.Criterion
	relevancy *relevancy // RFC 6203, 6
}

func sortArgs(p *parser) (r sortRequest) {
	r.uid = p.uid
	p.space()
	if p.is("RETURN") {
		p.space()
		p.returnItems(&r.searchRequest)
		p.space()
	}
	p.list(false, func() {
		var c thread.Criterion
		word := p.word()
		if c.Reverse = word == "REVERSE"; c.Reverse {
			p.space()
			word = p.word()
		}
		if word == "RELEVANCY" {
			if r.relevancy == nil {
				r.relevancy = &relevancy{len(r.criteria), c.Reverse}
			}
			return
		}
		key, known := thread.ParseSortKey(word)
		if !known {
			p.fail("sort key not known")
		}
		if c.Key = key; len(r.criteria) < maxCriteria {
			r.criteria = append(r.criteria, c)
		}
	})
	p.space()
	r.program = p.charsetProgram()
	p.end()
	p.needsFuzzy(r.relevancy != nil || r.ret&returnRelevancy != 0, &r.program)
	return r
}

// maxCriteria is more than there are sort keys: what comes later changes nothing.
const maxCriteria = 20

// charsetProgram takes a program with its charset before it, which is not called
// so.
func (p *parser) charsetProgram() (prog program) {
	p.charset(p.astring())
	p.space()
	prog.query = p.keys(&prog)
	return prog
}

// sort finds messages and puts them in order.
func (c *Conn) sort(ctx context.Context, r sortRequest) Reply {
	if c.has(uidOnly) && r.program.numbers() {
		return uidRequired
	}
	if r.ret&returnUpdate != 0 && c.box.isLive(c.tag) {
		return tagReused
	}
	rows, err := c.runProgram(ctx, &r.program)
	var all []thread.Message
	if err == nil {
		all, err = c.gather(ctx, rows, r.uid, sortKeys(r.criteria))
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	c.order(&r, all)
	if r.ret&returnSave != 0 {
		c.save(&r.searchRequest, rows)
	}
	if r.extended {
		c.tellESort(&r, rows, all)
	} else {
		c.tellSort(&r, rows, all)
	}
	if r.ret&returnUpdate != 0 {
		c.keepUpToDate(&r.searchRequest, c.liveSort(&r, all))
	}
	return OK("", "sorted")
}

// A keep function makes what is kept of a summary's keys, apart from the rest of
// it, which would stay in memory with them.
type keepKeys func(*summary.Keys) *summary.Keys

// sortKeys keeps what the criteria compare, nil if no summary is needed.
func sortKeys(criteria []thread.Criterion) keepKeys {
	wants := func(k thread.SortKey) bool {
		return slices.ContainsFunc(criteria, func(c thread.Criterion) bool { return c.Key == k })
	}
	fields := []struct {
		key thread.SortKey
		get func(*summary.Keys) *string
	}{
		{thread.Subject, func(k *summary.Keys) *string { return &k.Subject }},
		{thread.From, func(k *summary.Keys) *string { return &k.From }},
		{thread.To, func(k *summary.Keys) *string { return &k.To }},
		{thread.Cc, func(k *summary.Keys) *string { return &k.Cc }},
		{thread.DisplayFrom, func(k *summary.Keys) *string { return &k.DisplayFrom }},
		{thread.DisplayTo, func(k *summary.Keys) *string { return &k.DisplayTo }},
	}
	var wanted []func(*summary.Keys) *string
	for _, f := range fields {
		if wants(f.key) {
			wanted = append(wanted, f.get)
		}
	}
	if wanted == nil && !wants(thread.Date) {
		return nil
	}
	return func(from *summary.Keys) *summary.Keys {
		k := &summary.Keys{Sent: from.Sent, Reply: from.Reply}
		for _, get := range wanted {
			*get(k) = strings.Clone(*get(from))
		}
		return k
	}
}

// threadKeys keeps what threads are made by.
func threadKeys(from *summary.Keys) *summary.Keys {
	k := &summary.Keys{
		Subject: strings.Clone(from.Subject), Reply: from.Reply, Sent: from.Sent,
		MessageID: strings.Clone(from.MessageID), References: make([]string, len(from.References)),
	}
	for i, ref := range from.References {
		k.References[i] = strings.Clone(ref)
	}
	return k
}

// gather looks at messages for SORT and THREAD. Those that are gone are left out.
func (c *Conn) gather(ctx context.Context, rows spans, uid bool, keep keepKeys) ([]thread.Message, error) {
	all := make([]thread.Message, 0, rows.len())
	err := c.details(ctx, rows, func(chunk []found) error {
		if keep != nil {
			c.summaries(ctx, chunk)
		}
		var made []Summary
		m := &message{}
		for i := range chunk {
			*m = message{c: c, found: &chunk[i], made: &made}
			out := thread.Message{Number: uint32(m.row + 1), Arrival: m.Received, Size: m.Size, Keys: &summary.Keys{}}
			if uid {
				out.Number = uint32(m.UID)
			}
			if keep != nil {
				sum, err := m.summarize(ctx)
				m.close(ctx)
				if isGone(err) {
					continue
				}
				if err != nil {
					return err
				}
				out.Keys = keep(&sum.Keys)
			}
			if all = append(all, out); !c.goesOn() {
				return errLost
			}
		}
		c.keep(ctx, made)
		return ctx.Err()
	})
	return all, err
}

// tellSort tells an order as RFC 5256, 4 has it.
func (c *Conn) tellSort(r *sortRequest, rows spans, all []thread.Message) {
	b := []byte("* SORT")
	for _, m := range all {
		if b = appendNumber(append(b, ' '), m.Number); len(b) > pieceSize {
			c.put(b)
			b = b[:0]
		}
	}
	if r.modSeq && len(rows) > 0 {
		b = append(appendNumber(append(b, " (MODSEQ "...), c.highest(rows)), ')')
	}
	c.put(append(b, "\r\n"...))
}

// tellESort tells it as RFC 5267, 3 has it.
func (c *Conn) tellESort(r *sortRequest, rows spans, all []thread.Message) {
	if r.ret == returnSave {
		return
	}
	b := c.appendCorrelator(nil, &r.searchRequest)
	numbers := make([]UID, len(all))
	for i, m := range all {
		numbers[i] = UID(m.Number)
	}
	if n := len(numbers); n > 0 {
		if r.ret&returnMin != 0 {
			b = appendNumber(append(b, " MIN "...), numbers[0])
		}
		if r.ret&returnMax != 0 {
			b = appendNumber(append(b, " MAX "...), numbers[n-1])
		}
		if r.ret&returnAll != 0 {
			b = appendList(append(b, " ALL "...), numbers)
		}
	}
	if r.ret&returnCount != 0 {
		b = appendNumber(append(b, " COUNT "...), len(numbers))
	}
	if r.ret&returnPartial != 0 {
		b = r.window.appendTo(append(b, " PARTIAL ("...))
		if from, to := r.window.bounds(len(numbers)); from < to {
			b = append(appendList(append(b, ' '), numbers[from:to]), ')')
		} else {
			b = append(b, " NIL)"...)
		}
	}
	if r.ret&returnRelevancy != 0 {
		from, to := 0, len(numbers)
		if r.ret&returnPartial != 0 {
			from, to = r.window.bounds(len(numbers))
		}
		told := []UID{}
		for _, n := range numbers[min(from, to):max(to, 0)] {
			told = append(told, c.uidOf(r.uid, uint32(n)))
		}
		b = appendRelevancy(b, &r.program, told)
	}
	if r.modSeq && len(rows) > 0 {
		b = appendNumber(append(b, " MODSEQ "...), c.highest(rows))
	}
	c.put(append(b, "\r\n"...))
}

// threadRequest is what a THREAD command says (RFC 5256, 3).
type threadRequest struct {
	searchRequest
	algorithm func([]thread.Message) *thread.Forest
}

// algorithms are those of THREAD, by name.
var algorithms = map[string]func([]thread.Message) *thread.Forest{
	"ORDEREDSUBJECT": thread.OrderedSubject, // RFC 5256, 3
	"REFERENCES":     thread.References,     // RFC 5256, 3
	"REFS":           thread.Refs,           // draft-ietf-morg-inthread-01, 4
}

func threadArgs(p *parser) (r threadRequest) {
	r.uid = p.uid
	p.space()
	r.algorithm = algorithms[p.word()]
	if r.algorithm == nil {
		p.fail("threading algorithm not known")
	}
	p.space()
	r.program = p.charsetProgram()
	p.end()
	return r
}

// thread finds messages and puts them in threads.
func (c *Conn) thread(ctx context.Context, r threadRequest) Reply {
	if c.has(uidOnly) && r.program.numbers() {
		return uidRequired
	}
	rows, err := c.runProgram(ctx, &r.program)
	var all []thread.Message
	if err == nil {
		all, err = c.gather(ctx, rows, r.uid, threadKeys)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	b := r.algorithm(all).AppendTo([]byte("* THREAD"))
	c.put(append(b, "\r\n"...))
	return OK("", "threaded")
}
