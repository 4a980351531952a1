package smtp

import "io"

// endEmpty ends a transaction in which nobody was accepted. A server that asks
// for the message all the same gets an empty one (RFC 2920, 3.1), and what it
// says to that is for nobody.
func (s *sending) endEmpty() error {
	if s.data.Code/100 != 3 {
		return nil
	}
	if err := s.c.queue([]byte(".\r\n")); err != nil {
		return err
	}
	s.c.open = false
	_, err := s.c.readReply(".")
	return err
}

// sendData sends the message after DATA.
func (s *sending) sendData(body io.Reader) error {
	if s.data.Code/100 != 3 {
		s.out.decide(s.accepted, "DATA", s.data)
		return nil
	}
	// What is here already is no verdict on a message that has not been sent.
	if err := s.c.unasked(); err != nil {
		s.verb = "."
		return err
	}
	if err := s.c.sendDotted(body); err != nil {
		return s.cutShort(err)
	}
	return s.readVerdicts()
}

// cutShort looks for what the server said when the message could not be sent
// to its end, for err. It cannot have accepted it.
func (s *sending) cutShort(err error) error {
	if isBodyError(err) {
		return err
	}
	if r, lost := s.c.lastWords(".", err); lost == nil {
		s.out.decide(s.accepted, ".", r)
	}
	return err
}

// readVerdicts reads what the server says of the message: one reply, or with
// LMTP one for each recipient that it has accepted (RFC 2033, 4.2). From the
// end of the message until it is read nobody knows who has the message.
func (s *sending) readVerdicts() error {
	c := s.c
	s.verb, c.open = ".", false
	for left := s.accepted; len(left) > 0; {
		r, err := c.readReply(".")
		if err == nil && r.Code/100 == 3 {
			err = c.impolite(r)
		}
		if err != nil {
			s.out.doubt(left)
			return err
		}
		n := len(left)
		if c.opts.LMTP && r.Code != 421 {
			n = 1
		}
		s.out.decide(left[:n], ".", r)
		left = left[n:]
		if r.Code == 421 {
			return r
		}
	}
	return nil
}
