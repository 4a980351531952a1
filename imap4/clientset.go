package imap4

import (
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
)

// flags reads a list of flags. \Recent is left out, for it belongs to the session
// (RFC 3501, 2.3.2), and so is "\*"; others with a backslash are kept as keywords.
func (p *clientParser) flags() Flags {
	f, _ := p.flagsAndStar()
	return f
}

// flagsAndStar reports "\*" too: new keywords can be made.
func (p *clientParser) flagsAndStar() (f Flags, star bool) {
	p.list(func() {
		b := p.word()
		if len(b) == 0 || b[0] != '\\' {
			if len(b) > 0 {
				f.Keywords = append(f.Keywords, p.names.keep(b))
			}
			return
		}
		if len(b) == 1 && p.take('*') {
			star = true
			return
		}
		for i, name := range clientUpperFlagNames {
			if ascii.EqualFold(b, name) {
				f.System |= 1 << i
				return
			}
		}
		if !ascii.EqualFold(b, `\RECENT`) {
			f.Keywords = append(f.Keywords, p.names.keep(b))
		}
	})
	return f, star
}

// clientUpperFlagNames are systemNames in upper case.
var clientUpperFlagNames = [...]string{`\SEEN`, `\ANSWERED`, `\FLAGGED`, `\DELETED`, `\DRAFT`}

// ranges reads "1,5:7": in the order in which it is written, each range from its
// lower to its higher end.
func (p *clientParser) ranges() []UIDRange {
	var all []UIDRange
	for p.err == nil {
		first := p.uid()
		last := first
		if p.take(':') {
			last = p.uid()
		}
		all = append(all, UIDRange{min(first, last), max(first, last)})
		if !p.take(',') {
			break
		}
	}
	return all
}

// uidSet reads a set.
func (p *clientParser) uidSet() UIDSet { return normal(p.ranges()) }

// clientCount64 is how many UIDs there are, which can be more than an int holds.
func clientCount64(s UIDSet) (n uint64) {
	for _, r := range s {
		n += uint64(r.Last-r.First) + 1
	}
	return n
}

// expand writes ranges out, in their order.
func (p *clientParser) expand(all []UIDRange) []UID {
	n := int64(0)
	for _, r := range all {
		if n += int64(r.Last-r.First) + 1; n > int64(p.limits.Set) {
			p.stop(clientMalformed("a set of more than %d UIDs", p.limits.Set))
			return nil
		}
	}
	uids := make([]UID, 0, n)
	for _, r := range all {
		uids = slices.AppendSeq(uids, UIDSet{r}.All())
	}
	return uids
}

// code makes a parser of the arguments of a response code.
func (conn *clientConn) code(args string) *clientParser {
	return &clientParser{b: []byte(args), limits: &conn.opts.Limits, names: &conn.names}
}

// clientCodeNumber is the number that a response code has; 0 if it has none.
func clientCodeNumber(args string) uint64 {
	p := clientParser{b: []byte(args)}
	n := p.number()
	if p.err != nil {
		return 0
	}
	return n
}
