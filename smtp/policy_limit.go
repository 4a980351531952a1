package smtp

import "context"

// A RecipientLimit returns how many recipients one transaction of a client may
// have, by its address or login, say; 0 or less is no limit but that of
// Limits.Recipients, which holds always.
type RecipientLimit func(ctx context.Context, c *Conn) (int, error)

// LimitRecipients wraps a Backend so that a client can have no more recipients
// in one transaction than limit says, which is asked once for each. Those beyond
// are put off with 452, as RFC 5321, 4.5.3.1.10 has it; recipients that the
// Backend refuses do not count.
func LimitRecipients(b Backend, limit RecipientLimit) Backend {
	return BackendFunc(func(ctx context.Context, c *Conn) (Session, error) {
		s, err := b.NewSession(ctx, c)
		if err != nil {
			return nil, err
		}
		return &limitedSession{Session: s, conn: c, limit: limit}, nil
	})
}

type limitedSession struct {
	Session
	conn     *Conn
	limit    RecipientLimit
	most, is int
}

// Unwrap implements Unwrapper.
func (s *limitedSession) Unwrap() Session { return s.Session }

// Mail implements Session.
func (s *limitedSession) Mail(ctx context.Context, from MailParams) (err error) {
	if s.most, err = s.limit(ctx, s.conn); err != nil {
		return err
	}
	s.is = 0
	return s.Session.Mail(ctx, from)
}

// Rcpt implements Session.
func (s *limitedSession) Rcpt(ctx context.Context, to RcptParams) error {
	if s.most > 0 && s.is >= s.most {
		return tooManyRcpts
	}
	if err := s.Session.Rcpt(ctx, to); err != nil {
		return err
	}
	s.is++
	return nil
}
