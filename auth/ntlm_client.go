package auth

import (
	"fmt"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth/internal/ntlm"
)

// NTLMClient is the client's side of NTLM: NTLMv2 and nothing older, for one
// login. domain may be "", and name then user@domain. c is the connection,
// nil if nothing is known of it: to the certificate that the server has shown in
// c.TLS the login is bound. Use it only where the server offers nothing better.
func NTLMClient(c *Conn, domain, name, password string) sasl.Client {
	client := ntlm.Client{Domain: domain, User: name, Hash: ntlm.PasswordHash(password)}
	if c.secure() && len(c.TLS.PeerCertificates) > 0 {
		if data := endPoint(c.TLS.PeerCertificates[0]); data != nil {
			client.Binding = ntlm.Bind(bindEndPoint, data)
		}
	}
	if c != nil && c.Protocol == "http" && c.ServerName != "" {
		client.Target = "HTTP/" + c.ServerName
	}
	return &ntlmClient{client: client}
}

type ntlmClient struct {
	client ntlm.Client
	asked  bool
}

func (c *ntlmClient) Start() (mech string, ir []byte, err error) {
	c.asked = false
	return "NTLM", c.client.Negotiate(), nil
}

func (c *ntlmClient) Next(challenge []byte) (response []byte, err error) {
	if c.asked {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	c.asked = true
	response, err = c.client.Authenticate(challenge)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	return response, nil
}

// String keeps the hash out of what fmt prints.
func (c *ntlmClient) String() string { return "auth.NTLMClient" }

// GoString is String.
func (c *ntlmClient) GoString() string { return c.String() }
