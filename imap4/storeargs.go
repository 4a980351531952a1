package imap4

// storeRequest is what a STORE command says (RFC 9051, 6.4.6).
type storeRequest struct {
	set       sequenceSet
	uid       bool
	mode      FlagMode
	flags     Flags
	silent    bool
	unchanged *ModSeq // RFC 7162, 3.1.3

	others map[UID]bool // of the messages changed, those that somebody else had changed too
}

func storeArgs(p *parser) (r storeRequest) {
	r.uid = p.uid
	p.space()
	r.set = p.set()
	p.space()
	if p.peek() == '(' {
		p.list(false, func() {
			if !p.is("UNCHANGEDSINCE") {
				p.fail("UNCHANGEDSINCE is missing")
			}
			p.space()
			since := ModSeq(p.number())
			r.unchanged = &since
		})
		p.space()
	}
	switch {
	case p.skip('+'):
		r.mode = AddFlags
	case p.skip('-'):
		r.mode = RemoveFlags
	}
	switch p.word() {
	case "FLAGS":
	case "FLAGS.SILENT":
		r.silent = true
	default:
		p.fail("FLAGS is missing")
	}
	p.space()
	r.flags = p.flagsOrList()
	p.end()
	return r
}

// copyRequest is what a COPY or MOVE command says (RFC 9051, 6.4.7; RFC 6851).
type copyRequest struct {
	set sequenceSet
	uid bool
	to  []string
}

func copyArgs(p *parser) (r copyRequest) {
	r.uid = p.uid
	p.space()
	r.set = p.set()
	p.space()
	r.to = p.mailbox()
	p.end()
	return r
}

// oneSet takes a set of UIDs.
func oneSet(p *parser) sequenceSet {
	p.space()
	s := p.set()
	p.end()
	return s
}
