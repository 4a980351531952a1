package auth

import "context"

// begin asks the Guard once in an exchange, as soon as the name is known and
// before anything is checked, where the mechanism can: so a refusal costs no
// work.
func (e *Exchange) begin() error {
	if e.guarded {
		return nil
	}
	e.guarded = true
	done, err := e.auth.Guard.Begin(e.ctx, e.conn, e.claim.User)
	e.done = done
	return err
}

// unguarded is for mechanisms in which there is nothing to guess.
func (e *Exchange) unguarded() { e.guarded = true }

// hold stands between a step and its answer. It waits before the first answer
// that follows on the name, be it the next challenge or the outcome, and tells
// the Guard the outcome. The client learns no sooner that it was right than that
// it was wrong; so the error, if waiting ends in one, replaces the step's.
func (e *Exchange) hold(ended bool, err error) error {
	ended = ended || err != nil
	if ended || e.claim.User != "" {
		if held := e.begin(); held != nil {
			return held
		}
	}
	if ended {
		e.settle(err)
	}
	return err
}

// settle tells the Guard the outcome, once.
func (e *Exchange) settle(outcome error) {
	if e.done != nil {
		e.done(outcome)
		e.done = nil
	}
}

// guardedVerify is verify for a command that carries the password.
func (a *Authenticator) guardedVerify(ctx context.Context, c *Conn, name, password string) (user string, err error) {
	done, err := a.Guard.Begin(ctx, c, name)
	if err != nil {
		return "", err
	}
	user, err = a.verify(ctx, c, name, password)
	done(err)
	return user, err
}
