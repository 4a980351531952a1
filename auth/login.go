package auth

import "github.com/emersion/go-sasl"

// login is the LOGIN mechanism (draft-murchison-sasl-login-00): the name, then
// the password. The draft's own prompts are "User Name" and "Password" with a
// NUL after each; it allows the ones below because there are clients that take
// no others (2.2). A name that comes as the initial response is taken as the
// answer to the first prompt, as such clients expect.
func login(e *Exchange, response []byte) ([]byte, step, error) {
	if response == nil {
		return []byte("Username:"), loginName, nil
	}
	return loginName(e, response)
}

func loginName(e *Exchange, response []byte) ([]byte, step, error) {
	name, err := e.auth.prepareName(string(response))
	if err != nil {
		return nil, nil, err
	}
	e.claim.User = name
	password := func(e *Exchange, response []byte) ([]byte, step, error) {
		return nil, nil, e.logIn("", name, string(response))
	}
	return []byte("Password:"), password, nil
}

// LoginClient is the client's side of LOGIN. In place of go-sasl's, which goes
// on only if the prompt is "Password:", it takes no notice of what the prompts
// say, as the draft asks (2.1), so that it gets along with servers that send the
// draft's own; and it gives the password once, however often it is asked. Use
// it only where the server offers nothing better.
func LoginClient(name, password string) sasl.Client {
	return &loginClient{name: name, password: password}
}

type loginClient struct {
	name, password string
	asked          bool
}

// Start gives the name as the initial response. Where the protocol takes none,
// it is the answer to the first prompt.
func (c *loginClient) Start() (mech string, ir []byte, err error) {
	c.asked = false
	return sasl.Login, []byte(c.name), nil
}

func (c *loginClient) Next([]byte) (response []byte, err error) {
	if c.asked {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	c.asked = true
	return []byte(c.password), nil
}

// String keeps the password out of what fmt prints.
func (c *loginClient) String() string { return "auth.LoginClient" }

// GoString is String.
func (c *loginClient) GoString() string { return c.String() }
