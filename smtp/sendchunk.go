package smtp

import "io"

// sendChunks sends the message by BDAT (RFC 3030, 2). A chunk is whole before
// its command leaves, so that a message that turns out to be unreadable or
// flawed never leaves the server waiting for the rest of one.
func (s *sending) sendChunks(body io.Reader) error {
	in := newChunker(body, s.body.Size(), isBinary(s.mail.Body))
	defer in.release()
	pipelined := s.c.offer.pipelining && !s.c.opts.LMTP
	waiting := false // for the reply to the chunk before
	for {
		chunk, last, flaw := in.next()
		if flaw != nil {
			return s.abandon(waiting, flaw)
		}
		refused, err := s.sendChunk(chunk, last, waiting)
		switch {
		case refused || err != nil:
			return err
		case last:
			return s.readVerdicts()
		}
		if waiting = pipelined; !waiting {
			if refused, err = s.readChunk(); refused || err != nil {
				return err
			}
		}
	}
}

// sendChunk sends one chunk, and reads the reply to the one before if that is
// waiting. If that refuses, the reply to the chunk is read too.
func (s *sending) sendChunk(chunk []byte, last, waiting bool) (refused bool, err error) {
	c := s.c
	if !waiting {
		return false, s.sendAlone(chunk)
	}
	before := c.wire.BytesWritten()
	err = c.duplex(chunk, func() (err error) {
		refused, err = s.readChunk()
		return err
	})
	if err != nil {
		if last && !isReply(err) && c.wire.BytesWritten()-before == int64(len(chunk)) {
			s.out.doubt(s.accepted)
		}
		return false, err
	}
	if refused {
		// Whatever it says of a message that it has refused a part of.
		_, err = c.readReply("BDAT")
	}
	return refused, err
}

// sendAlone sends a chunk while no reply is waiting. If it fails the chunk has
// not left as a whole.
func (s *sending) sendAlone(chunk []byte) error {
	err := s.c.queue(chunk)
	if err == nil {
		if err = s.c.wire.Flush(); err == nil {
			return nil
		}
		err = s.c.lose(lostError(err))
	}
	if isReply(err) {
		return err
	}
	return s.cutShort(err)
}

// readChunk reads the reply to a chunk that is not the last.
func (s *sending) readChunk() (refused bool, err error) {
	s.verb = "BDAT"
	r, err := s.c.readReply("BDAT")
	switch {
	case err != nil:
		return false, err
	case r.Code == 421:
		return false, r
	case r.Code/100 == 3:
		return false, s.c.impolite(r)
	case r.Code/100 == 2:
		return false, nil
	}
	s.out.decide(s.accepted, "BDAT", r)
	return true, nil
}

// abandon ends a message that cannot be sent to its end. The server knows that
// it is not whole, and the next transaction resets this one.
func (s *sending) abandon(waiting bool, flaw error) error {
	if waiting {
		if refused, err := s.readChunk(); refused || err != nil {
			return err
		}
	}
	return flaw
}
