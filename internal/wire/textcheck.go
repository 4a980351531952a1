package wire

// A TextChecker checks a body that comes in pieces of any size for what a
// DotReader refuses. It lets them pass or not, and holds nothing back.
type TextChecker struct {
	Line int // longest line without its CRLF; 0 is no limit

	line int  // octets of the line so far
	cr   bool // the last octet was a CR
	any  bool // there were octets behind the last CRLF
}

// Check returns the first flaw of p: ErrBareLF, ErrBareCR, ErrNUL or
// ErrLineTooLong. After one it must not be called again.
func (t *TextChecker) Check(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if t.cr {
		if p[0] != '\n' {
			return ErrBareCR
		}
		t.cr, t.any, t.line = false, false, 0
		p = p[1:]
	}
	s := scanner{limit: t.Line, line: t.line}
	for len(p) > 0 {
		before := s
		n, bol, clean := s.next(p)
		if !clean {
			return before.flaw(p[:n], noLimit)
		}
		t.any = !bol && n > 0 || t.any && n == 0
		if p = p[n:]; n == 0 || string(p) == "\r" {
			t.cr, t.any = true, true
			break
		}
	}
	t.line = s.line
	return nil
}

// End returns ErrBareCR if the body ends in a CR, and reports whether its last
// line lacks the CRLF.
func (t *TextChecker) End() (lacks bool, err error) {
	if t.cr {
		return false, ErrBareCR
	}
	return t.any, nil
}
