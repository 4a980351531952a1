package smtp

import (
	"context"
)

// A ConvertFunc returns b as a message of the kind to, or of a lesser one, with
// its parts encoded anew, as RFC 6152, 3 and RFC 3030, 3 call for where a server
// does not take it as it is. A Reply as the error refuses the message; after any
// other one it may be tried again. It is not done without being asked for,
// since signatures do not survive it.
type ConvertFunc func(ctx context.Context, b Body, to BodyType) (Body, error)

// isBinary tells the kind of message that does not consist of lines.
func isBinary(k BodyType) bool { return k == BodyBinary }

// takes reports whether the server takes messages of the kind.
func (o *offers) takes(k BodyType) bool {
	switch {
	case k == Body7Bit:
		return true
	case isBinary(k):
		return o.binary
	}
	return o.eightBit
}

// prepare works out what is told of the message, and refuses what the server
// cannot take.
func (s *sending) prepare(ctx context.Context) error {
	if err := s.convert(ctx); err != nil {
		return err
	}
	o := &s.c.offer
	s.mail = s.env.From
	s.mail.Body = s.body.Kind()
	s.mail.UTF8 = s.needsUTF8()
	if n := s.body.Size(); n >= 0 {
		s.mail.Size = n
	}
	switch {
	case o.size > 0 && s.mail.Size > o.size:
		s.out.refuseAll(beyondSize)
	case o.utf8:
	case s.env.From.UTF8:
		s.out.refuseAll(no8Header)
	default:
		s.mail.UTF8 = false // each address is judged by itself
	}
	return nil
}

func (s *sending) needsUTF8() bool {
	need := s.env.From.UTF8 || !s.env.From.Path.IsASCII()
	for i := range s.env.To {
		need = need || !s.env.To[i].Path.IsASCII()
	}
	return need
}

// convert has the message made over if the server does not take its kind.
func (s *sending) convert(ctx context.Context) error {
	o, kind := &s.c.offer, s.body.Kind()
	switch {
	case o.takes(kind):
		return nil
	case s.c.opts.Convert == nil:
		s.out.refuseAll(no8Bit)
		return nil
	}
	to := Body7Bit
	if isBinary(kind) && o.eightBit {
		to = Body8Bit
	}
	b, err := s.c.opts.Convert(ctx, s.body, to)
	if err != nil {
		if r, ok := refusal(err); ok {
			s.out.refuseAll(r)
			return nil
		}
		if !isBodyError(err) {
			err = &BodyError{Err: err}
		}
		return err
	}
	if s.body = b; !o.takes(b.Kind()) {
		s.out.refuseAll(no8Bit)
	}
	return nil
}
