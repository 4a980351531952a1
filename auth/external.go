package auth

import "fmt"

// external is the EXTERNAL mechanism (RFC 4422, appendix A): the client has shown
// a certificate that TLS has verified (one that was merely shown anybody can make),
// and names the account to act as, if not the certificate's own.
// There is nothing to guess here, so the Guard is not asked.
func external(e *Exchange, response []byte) (_ []byte, _ step, err error) {
	e.unguarded()
	asked := string(response)
	if asked != "" {
		if asked, err = e.auth.prepareName(asked); err != nil {
			return nil, nil, err
		}
		e.claim.As = asked
	}
	mapper, ok := serving[CertificateMapper](e.auth.Accounts, e.claim.Mechanism)
	if !ok {
		return nil, nil, ErrMechanism
	}
	user, err := mapper.MapCertificate(e.ctx, e.conn)
	if err != nil {
		return nil, nil, err
	}
	if user == "" {
		return nil, nil, fmt.Errorf("auth: %T accepted a certificate without naming the account: return its name", mapper)
	}
	e.claim.User = user
	as, err := e.auth.authorize(e.ctx, user, user, asked)
	if err != nil {
		return nil, nil, err
	}
	e.identity = Identity{User: user, As: as, Mechanism: e.claim.Mechanism}
	return nil, nil, nil
}
