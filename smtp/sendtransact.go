package smtp

// A step is a command of a transaction whose reply is to come.
type step struct {
	verb string
	rcpt int // the recipient, for RCPT
	end  int // of the command in the batch
}

// transact holds one transaction. It returns those whom the server would
// rather have in another one. An error ends the sending; a Reply as the error
// is a 421.
func (s *sending) transact(rcpts []int) (again []int, err error) {
	s.mailed, s.accepted, s.data = false, s.accepted[:0], Reply{}
	dotted := !s.c.offer.chunking || s.c.opts.LMTP && !isBinary(s.mail.Body)
	batch, steps := s.batch(rcpts, dotted)
	if len(steps) == 0 {
		return nil, nil // all were refused here
	}
	body, done, err := openBody(s.body)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.exchange(batch, steps, rcpts); err != nil {
		return nil, err
	}
	switch {
	case len(s.accepted) == 0:
		err = s.endEmpty()
	case dotted:
		err = s.sendData(body)
	default:
		err = s.sendChunks(body)
	}
	if err != nil {
		return nil, err
	}
	return s.again(rcpts), nil
}

// batch writes the commands of a transaction, and refuses recipients that
// cannot be sent. With pipelining all of it leaves at once, so DATA is in it.
func (s *sending) batch(rcpts []int, dotted bool) ([]byte, []step) {
	b, steps := s.c.scratch[:0], s.c.steps[:0]
	defer func() { s.c.scratch, s.c.steps = b, steps }()
	add := func(verb string, rcpt int) {
		b = append(b, "\r\n"...)
		steps = append(steps, step{verb, rcpt, len(b)})
	}
	if s.c.open {
		b = append(b, "RSET"...)
		add("RSET", 0)
	}
	b, refusal := s.c.appendMail(append(b, "MAIL "...), &s.mail)
	if refusal.Code != 0 {
		s.out.refuseAll(refusal)
		return nil, nil
	}
	add("MAIL", 0)
	before := len(steps)
	for _, i := range rcpts {
		begin := len(b)
		b, refusal = s.c.appendRcpt(append(b, "RCPT "...), &s.env.To[i], s.mail.UTF8)
		if refusal.Code != 0 {
			b = b[:begin]
			s.out.refuse(i, refusal)
			continue
		}
		s.c.name(s.domain(i))
		add("RCPT", i)
	}
	if len(steps) == before {
		return nil, nil
	}
	if dotted {
		b = append(b, "DATA"...)
		add("DATA", 0)
	}
	return b, steps
}

// exchange sends the commands and reads the replies to them: all at once if the
// server lets us (RFC 2920), else one by one as long as there is a point in it.
func (s *sending) exchange(batch []byte, steps []step, rcpts []int) error {
	c := s.c
	if c.offer.pipelining {
		if err := c.unasked(); err != nil {
			return err
		}
		return c.duplex(batch, func() error {
			for _, st := range steps {
				if err := s.read(st, rcpts); err != nil {
					return err
				}
			}
			return nil
		})
	}
	begin := 0
	for _, st := range steps {
		if st.verb == "RCPT" && !s.mailed || st.verb == "DATA" && len(s.accepted) == 0 {
			return nil
		}
		if err := c.queue(batch[begin:st.end]); err != nil {
			return err
		}
		if err := s.read(st, rcpts); err != nil {
			return err
		}
		begin = st.end
	}
	return nil
}

// duplex sends b beside read, which reads the replies to it.
func (c *Client) duplex(b []byte, read func() error) error {
	var failed error
	err := c.wire.Duplex(b, func() error {
		failed = read()
		return failed
	})
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return c.lose(lostError(err))
	}
	return nil
}

// read takes the reply to one command.
func (s *sending) read(st step, rcpts []int) error {
	c := s.c
	s.verb = st.verb
	r, err := c.readReply(st.verb)
	switch {
	case err != nil:
		return err
	case r.Code == 421:
		return r
	case r.Code/100 == 3 && st.verb != "DATA":
		return c.impolite(r)
	}
	yes := r.Code/100 == 2
	switch st.verb {
	case "RSET":
		c.open = c.open && !yes
	case "MAIL":
		c.mails++
		s.out.Mail, s.mailed, c.open = r, yes, yes
		if !yes {
			s.out.decide(rcpts, "MAIL", r)
		}
	case "RCPT":
		switch {
		case !s.mailed: // MAIL has said it for all
		case yes:
			s.accepted = append(s.accepted, st.rcpt)
		default:
			s.out.decide([]int{st.rcpt}, "RCPT", r)
		}
	case "DATA":
		if s.data = r; yes {
			return c.impolite(r)
		}
	}
	return nil
}

// again returns the recipients that were too many for the transaction but need
// not be for another one (RFC 5321, 4.5.3.1.10), and forgets what was said of
// them. That takes a transaction which has brought somebody further, so there
// is an end to it.
func (s *sending) again(rcpts []int) []int {
	further := false
	for _, i := range s.accepted {
		further = further || s.out.Rcpt[i].Accepted()
	}
	if !further || s.c.broken != nil {
		return nil
	}
	var again []int
	for _, i := range rcpts {
		if r := &s.out.Rcpt[i]; r.Verb == "RCPT" && isTooMany(r.Reply) {
			*r = RcptOutcome{}
			again = append(again, i)
		}
	}
	if len(again) > 0 {
		s.most = len(s.accepted) // or each transaction asks for all that are left
	}
	return again
}

// isTooMany tells the replies to one recipient too many. Old servers say 552.
func isTooMany(r Reply) bool {
	switch r.Code {
	case 452:
		return r.Enhanced == Enhanced{} || r.Enhanced == Enhanced{4, 5, 3}
	case 552:
		return r.Enhanced == Enhanced{5, 5, 3}
	}
	return false
}
