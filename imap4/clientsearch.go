package imap4

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// SearchOptions say what Search returns; nothing set is UIDs, and what follows
// from them.
type SearchOptions struct {
	// Only these numbers are asked for, if one is set, which spares the server
	// to send all UIDs where it offers ESEARCH (RFC 4731).
	Min, Max, Count bool

	// Save keeps what is found at the server, where SavedResult names it (RFC
	// 5182). Without anything else being asked for, nothing is returned.
	Save bool

	// First and Last ask for a part of what is found (RFC 9394): 1 is the first
	// message, -1 the last.
	First, Last int32
}

// Found is what Search has found.
type Found struct {
	UIDs     UIDSet
	Min, Max UID // 0 if nothing was found
	Count    uint32
	ModSeq   ModSeq // the highest of what was found, if the Query has ModSince
}

// SavedResult names the messages that the last Search with SearchOptions.Save has
// found, for every method that takes a set of UIDs, and in a Query. It is
// understood by a server that offers SEARCHRES; everybody else takes it for a set
// without messages.
func SavedResult() UIDSet { return UIDSet{{}} }

func clientIsSaved(s UIDSet) bool { return len(s) == 1 && s[0] == UIDRange{} }

// clientCovers reports whether a set of UIDs that a command was given can have u.
func clientCovers(s UIDSet, u UID) bool { return s.Contains(u) || u != 0 && clientIsSaved(s) }

// Search finds messages; a nil Query finds all. Text beyond ASCII is sent as
// UTF-8: the error is the server's Reply with BADCHARSET if it does not do that.
func (c *Client) Search(ctx context.Context, q *Query, o *SearchOptions) (*Found, error) {
	if o == nil {
		o = new(SearchOptions)
	}
	s := clientSearch{o: o, found: new(Found)}
	err := c.during(ctx, func() error {
		call, err := s.send(c, q)
		if err == nil {
			err = s.whole(c, q, call)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.complete()
	return s.found, nil
}

// send sends the command.
func (s *clientSearch) send(c *Client, q *Query) (call *clientCall, err error) {
	s.extended = c.conn.has("ESEARCH") || c.conn.has("IMAP4REV2")
	s.call, err = c.send(clientCommand{verb: "UID SEARCH", needs: s.o.needs(), take: s.take, args: func(e *clientEncoder) {
		if s.extended {
			e.raw(" RETURN (" + s.o.returns() + ")")
		}
		if !q.clientASCII() && !e.utf8 {
			e.raw(" CHARSET UTF-8")
		}
		e.raw(" ")
		e.query(q, 0)
	}})
	return s.call, err
}

// whole waits for the answer, and asks for the rest of it where the server did
// not come to all messages: see inParts. What is to be saved, or is a part of
// something, cannot be put together of several answers.
func (s *clientSearch) whole(c *Client, q *Query, call *clientCall) error {
	_, err := c.finish(call)
	for err == nil && call.cut > 1 && !s.o.Save && s.o.First == 0 && s.o.Last == 0 {
		cut := call.cut
		rest := &Query{Sub: []*Query{{Key: InSet, UIDs: UIDSet{{1, cut - 1}}}, q}}
		if call, err = c.finished(s.send(c, rest)); err == nil && call.cut >= cut {
			err = clientMalformed("%q, as before", call.reply.Code)
		}
	}
	return err
}

func (o *SearchOptions) needs() string {
	switch {
	case o.First != 0 || o.Last != 0:
		return "PARTIAL"
	case o.Save:
		return "SEARCHRES|IMAP4REV2"
	}
	return ""
}

// returns is what stands in RETURN's parentheses.
func (o *SearchOptions) returns() string {
	var b []byte
	for _, one := range []struct {
		is   bool
		name string
	}{{o.Min, "MIN "}, {o.Max, "MAX "}, {o.Count, "COUNT "}, {o.Save, "SAVE "}} {
		if one.is {
			b = append(b, one.name...)
		}
	}
	if o.First != 0 || o.Last != 0 {
		b = append(b, "PARTIAL "...)
		b = strconv.AppendInt(b, int64(o.First), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(o.Last), 10)
	}
	if len(b) == 0 {
		return "ALL"
	}
	return strings.TrimSuffix(string(b), " ")
}

// A clientSearch is one Search under way.
type clientSearch struct {
	o        *SearchOptions
	call     *clientCall
	extended bool
	answered bool
	uids     []UID // of SEARCH, in its order
	found    *Found
}

// A clientESearch is an ESEARCH response.
type clientESearch struct {
	tag string
	Found
}

// A clientSearchNumbers is a SEARCH or SORT response.
type clientSearchNumbers struct {
	sort   bool
	uids   []UID
	modSeq ModSeq
}

func (s *clientSearch) take(v any) bool {
	switch v := v.(type) {
	case *clientESearch:
		if s.call == nil || v.tag != "" && v.tag != s.call.tag {
			return false
		}
		s.answered = true
		s.found.add(&v.Found)
		return true
	case *clientSearchNumbers: // from some servers though ESEARCH was asked for
		if v.sort {
			return false
		}
		s.extended, s.answered = false, true
		s.uids = append(s.uids, v.uids...)
		s.found.ModSeq = max(s.found.ModSeq, v.modSeq)
		return true
	}
	return false
}

// add puts in what else was found; complete makes a set of the UIDs.
func (f *Found) add(more *Found) {
	f.UIDs = append(f.UIDs, more.UIDs...)
	if f.Min == 0 || more.Min != 0 {
		f.Min = min(more.Min, cmp.Or(f.Min, more.Min))
	}
	f.Max, f.ModSeq = max(f.Max, more.Max), max(f.ModSeq, more.ModSeq)
	f.Count += min(more.Count, math.MaxUint32-f.Count)
}

// complete works out what the server has not told.
func (s *clientSearch) complete() {
	f := s.found
	f.UIDs = normal(f.UIDs)
	if !s.extended {
		f.UIDs = NewUIDSet(s.uids...)
	}
	if len(f.UIDs) == 0 {
		return
	}
	if f.Min == 0 && f.Max == 0 && f.Count == 0 {
		f.Min, f.Max = f.UIDs[0].First, f.UIDs[len(f.UIDs)-1].Last
		f.Count = uint32(min(clientCount64(f.UIDs), math.MaxUint32))
	}
}

// readESearch reads an ESEARCH (RFC 4731, 3).
func (conn *clientConn) readESearch() {
	p := &conn.p
	e := new(clientESearch)
	if p.peek() == '(' {
		p.list(func() {
			word := ascii.Upper(p.atom())
			p.space()
			value := p.astring()
			if word == "TAG" {
				e.tag = value
			}
		})
		p.take(' ')
	}
	for p.err == nil && p.i < len(p.b) {
		word := ascii.Upper(p.atom())
		if word == "UID" {
			p.take(' ')
			continue
		}
		p.space()
		switch word {
		case "ALL":
			e.UIDs = p.uidSet()
		case "MIN":
			e.Min = p.uid()
		case "MAX":
			e.Max = p.uid()
		case "COUNT":
			e.Count = p.number32()
		case "MODSEQ":
			e.ModSeq = ModSeq(p.number())
		case "PARTIAL": // RFC 9394, 3.1
			p.enter()
			p.word()
			p.space()
			if !p.isNil() {
				e.UIDs = p.uidSet()
			}
			p.expect(')')
			p.depth--
		default:
			p.skip()
		}
		p.take(' ')
	}
	p.end()
	conn.offer(e, Update{})
}

func (conn *clientConn) readSearch() { conn.readNumbers(false) }

func (conn *clientConn) readSort() { conn.readNumbers(true) }

func (conn *clientConn) readNumbers(sort bool) {
	p := &conn.p
	n := &clientSearchNumbers{sort: sort}
	for p.err == nil && p.i < len(p.b) {
		if p.peek() == '(' { // RFC 7162, 3.1.5
			p.list(func() {
				if ascii.EqualFold(p.word(), "MODSEQ") {
					p.space()
					n.modSeq = ModSeq(p.number())
				}
			})
		} else if !p.take(' ') {
			n.uids = append(n.uids, p.uid())
		}
	}
	p.end()
	conn.offer(n, Update{})
}
