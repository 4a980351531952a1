package auth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/testcert"
)

// everything serves every mechanism: its one account is tim's. It counts the
// questions, and has an account that is disabled and a name that is down.
type everything struct {
	mu    sync.Mutex
	calls []string
}

func (a *everything) who(call, name string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call)
	switch strings.ToLower(name) {
	case "tim":
		return "tim", nil
	case "disabled":
		return "", ErrDisabled
	case "down":
		return "", errDown
	case "nameless":
		return "", nil
	}
	return "", ErrCredentials
}

const right = "tanstaaftanstaaf"

func (a *everything) VerifyPassword(_ context.Context, _ *Conn, name, password string) (string, error) {
	user, err := a.who("password", name)
	if err == nil && password != right {
		return "", ErrCredentials
	}
	return user, err
}

func (a *everything) Secret(_ context.Context, _ *Conn, name string) (user, secret string, err error) {
	user, err = a.who("secret", name)
	if err != nil {
		return "", "", err
	}
	return user, right, nil
}

func (a *everything) VerifyToken(_ context.Context, _ *Conn, name, token string) (string, error) {
	user, err := a.who("token", name)
	if err == nil && token != right {
		return "", ErrCredentials
	}
	return user, err
}

func (a *everything) MapCertificate(context.Context, *Conn) (string, error) {
	return a.who("certificate", "tim")
}

func (a *everything) Anonymous(context.Context, *Conn, string) (string, error) {
	return a.who("anonymous", "tim")
}

// tlsPair is both ends' state of a TLS connection.
type tlsPair struct {
	client, server *tls.ConnectionState
	certificate    *x509.Certificate
}

func handshake(t testing.TB, version uint16) tlsPair {
	t.Helper()
	cert, err := testcert.New("mail.example")
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	server := tls.Server(there, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version})
	client := tls.Client(here, &tls.Config{RootCAs: roots, ServerName: "mail.example", MinVersion: version, MaxVersion: version})
	failed := make(chan error, 1)
	go func() { failed <- server.Handshake() }()
	require.NoError(t, client.Handshake())
	if version == tls.VersionTLS13 { // the tickets that the server sends on its own
		go func() { _, _ = client.Read(make([]byte, 1)) }()
	}
	require.NoError(t, <-failed)
	c, s := client.ConnectionState(), server.ConnectionState()
	return tlsPair{&c, &s, cert.Leaf}
}

// ends are both ends of a connection, on which the client has shown a certificate.
func ends(t testing.TB) (client, server *Conn) {
	pair := handshake(t, tls.VersionTLS13)
	pair.server.PeerCertificates = []*x509.Certificate{pair.certificate}
	pair.server.VerifiedChains = [][]*x509.Certificate{pair.server.PeerCertificates}
	client = &Conn{Protocol: "imap4", TLS: pair.client, ServerName: "mail.example", RemoteAddr: &net.TCPAddr{Port: 143}}
	server = &Conn{Protocol: "imap4", TLS: pair.server, ServerName: "mail.example", ServerCertificate: pair.certificate}
	return client, server
}

// credentials serve one mechanism.
func credentials(mechanism, name, password string) *Credentials {
	cr := &Credentials{Name: name, Password: password, Mechanisms: []string{mechanism}}
	switch mechanism {
	case "EXTERNAL":
		cr.Certificate = true
	case "ANONYMOUS":
		cr.Name, cr.Anonymous = "", "sirhc"
	case "OAUTHBEARER", "XOAUTH2":
		cr.Token = password
	}
	return cr
}

func clientOf(t testing.TB, mechanism, name, password string, conn *Conn) sasl.Client {
	t.Helper()
	var offered []string
	for _, m := range mechanisms {
		offered = append(offered, m.name)
	}
	client, err := credentials(mechanism, name, password).Client(conn, offered)
	require.NoError(t, err, mechanism)
	return client
}

// converse runs client and server until the server is content or one has an
// error. It returns how many messages the client has sent.
func converse(e *Exchange, client sasl.Client, initial bool) (sent int, err error) {
	_, response, err := client.Start()
	if err != nil {
		return 0, err
	}
	if response == nil || !initial {
		challenge, _, err := e.Next(nil)
		if err != nil {
			return 0, err
		}
		if response == nil {
			if response, err = client.Next(challenge); err != nil {
				return 0, err
			}
		}
	}
	for {
		sent++
		challenge, done, err := e.Next(response)
		if err != nil {
			return sent, fmt.Errorf("server: %w", err)
		}
		if done && challenge == nil {
			return sent, nil
		}
		if response, err = client.Next(challenge); err != nil || done {
			return sent, err
		}
	}
}

// TestEveryMechanism logs in by each line of the table with our own client: with
// and without an initial response, and with the server's last word as a challenge
// and beside its success.
func TestEveryMechanism(t *testing.T) {
	clientEnd, serverEnd := ends(t)
	for _, m := range mechanisms {
		for _, initial := range []bool{true, false} {
			for _, data := range []bool{false, true} {
				client := clientOf(t, m.name, "tim", right, clientEnd)
				e, err := (&Authenticator{Accounts: &everything{}, Logger: silent}).Start(t.Context(), serverEnd, m.name)
				require.NoError(t, err)
				e.SuccessData = data
				_, err = converse(e, client, initial)
				require.NoError(t, err, m.name)
				require.NoError(t, Proven(client), m.name)
				require.Equal(t, Identity{User: "tim", Mechanism: m.name}, e.Identity())
				require.NotContains(t, fmt.Sprintf("%v %+v %#v %v", client, client, client, e), right)
			}
		}
	}
}

// TestEveryRefusal: a wrong password, a name that is unknown and an account that
// is disabled look the same to the client, whose errors come at the same message,
// and ask the accounts the same questions. What is temporary stays so.
func TestEveryRefusal(t *testing.T) {
	clientEnd, serverEnd := ends(t)
	for _, m := range mechanisms {
		if m.name == "EXTERNAL" || m.name == "ANONYMOUS" {
			continue // they have neither a name nor a password
		}
		attempt := func(name, password string) (sent int, calls []string, err error) {
			accounts := &everything{}
			client := clientOf(t, m.name, name, password, clientEnd)
			e, err := (&Authenticator{Accounts: accounts, Logger: silent}).Start(t.Context(), serverEnd, m.name)
			require.NoError(t, err)
			sent, err = converse(e, client, true)
			require.Error(t, err, m.name)
			require.Zero(t, e.Identity())
			if !strings.HasPrefix(err.Error(), "server: ") { // an OAuth client gives up
				err = ErrCredentials
			}
			return sent, accounts.calls, err
		}
		sent, calls, err := attempt("tim", "wrong")
		require.ErrorIs(t, err, ErrCredentials)
		for _, name := range []string{"unknown", "disabled"} {
			for _, password := range []string{"wrong", right} {
				s, c, err := attempt(name, password)
				require.ErrorIs(t, err, ErrCredentials, m.name)
				require.Equal(t, sent, s, "%s %s", m.name, name)
				require.Equal(t, calls, c, "%s %s", m.name, name)
			}
		}
		_, _, err = attempt("down", right)
		require.ErrorIs(t, err, errDown, m.name)
		requireTemporary(t, err)
		_, _, err = attempt("nameless", right)
		requireTemporary(t, err)
	}
}

var hostile = []string{
	"", "*", "=", "\x00", "\xff", "\x01", "\r\n", ",", "\"", "n,,n=,r=", strings.Repeat("a", 64<<10), strings.Repeat("\x00", 64<<10),
	strings.Repeat("\u0301", 32<<10), strings.Repeat("=3D", 21<<10), strings.Repeat(",", 64<<10), strings.Repeat(`\`, 64<<10), "\x00\x00", "\x00\x00\x00",
}

// TestHostileResponses sends what has crashed SASL servers to every state of every
// mechanism: nothing logs in, and what has failed stays failed.
func TestHostileResponses(t *testing.T) {
	clientEnd, serverEnd := ends(t)
	for _, m := range mechanisms {
		for state := range 4 {
			for _, message := range hostile {
				name := fmt.Sprintf("%s/%d/%.6q", m.name, state, message)
				e, err := (&Authenticator{Accounts: &everything{}, Logger: silent}).Start(t.Context(), serverEnd, m.name)
				require.NoError(t, err)
				done := lead(t, e, clientOf(t, m.name, "tim", right, clientEnd), state)
				legal := message == "" && state > 0 || m.name == "ANONYMOUS" || m.name == "EXTERNAL"
				for range 3 { // the first of LOGIN may be a name that is well formed
					_, finished, err := e.Next([]byte(message))
					require.False(t, finished && err == nil && (done || !legal), name)
				}
				_, _, err1 := e.Next(nil)
				_, _, err2 := e.Next([]byte("\x00tim\x00" + right))
				require.Error(t, err1, name)
				require.Equal(t, err1, err2, name)
				require.Zero(t, e.Identity(), name)
			}
		}
	}
}

// lead plays the first messages of a client, and reports whether the exchange was
// over by then.
func lead(t *testing.T, e *Exchange, client sasl.Client, messages int) (done bool) {
	t.Helper()
	_, response, err := client.Start()
	require.NoError(t, err)
	for range messages {
		if done {
			return true
		}
		var challenge []byte
		challenge, done, err = e.Next(response)
		require.NoError(t, err)
		if !done {
			response, err = client.Next(challenge)
			require.NoError(t, err)
		}
	}
	return done
}

// TestStartIsOffer checks, for each line of the table, that what is offered can be
// started, in any case of ASCII letters, and that nothing else can.
func TestStartIsOffer(t *testing.T) {
	_, all := ends(t)
	for _, c := range []struct {
		name string
		auth *Authenticator
		conn *Conn
	}{
		{"all", &Authenticator{}, all},
		{"clear", &Authenticator{}, inClear},
		{"nil", &Authenticator{}, nil},
		{"made-up TLS", &Authenticator{}, secure},
		{"insecure", &Authenticator{AllowInsecure: true}, nil},
		{"plaintext", &Authenticator{Floor: FloorPlaintext}, all},
		{"proof", &Authenticator{Floor: FloorProof}, all},
		{"bound", &Authenticator{Floor: FloorBound}, all},
		{"bound, clear", &Authenticator{Floor: FloorBound}, inClear},
		{"chosen", &Authenticator{Mechanisms: []string{"cram-md5", "SCRAM-SHA-1-PLUS"}}, all},
		{"chosen below the floor", &Authenticator{Mechanisms: []string{"cram-md5", "plain"}, Floor: FloorPlaintext}, all},
		{"none", &Authenticator{Mechanisms: []string{}}, all},
	} {
		a := c.auth
		a.Accounts = &everything{}
		offered := a.Offer(c.conn)
		for _, m := range mechanisms {
			for _, name := range []string{m.name, strings.ToLower(m.name), m.name[:1] + strings.ToLower(m.name[1:])} {
				e, err := a.Start(t.Context(), c.conn, name)
				if slices.Contains(offered, m.name) {
					require.NoError(t, err, name)
					require.Contains(t, e.String(), m.name)
					continue
				}
				require.Nil(t, e)
				require.Error(t, err, "%s %s", c.name, name)
				if !c.conn.secure() && m.strength >= a.Floor {
					require.ErrorIs(t, err, ErrInsecure, "%s %s", c.name, name)
				} else {
					require.ErrorIs(t, err, ErrMechanism)
				}
			}
		}
	}
	_, err := (*Authenticator)(nil).Start(t.Context(), all, "PLAIN")
	require.ErrorIs(t, err, ErrMechanism)
}

// TestOfferOrder: the order in which a client finds the mechanisms, and what
// each floor and each kind of connection leaves of them.
func TestOfferOrder(t *testing.T) {
	_, all := ends(t)
	bound, free := "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS ", "SCRAM-SHA-256 SCRAM-SHA-1 "
	plain, legacy := "OAUTHBEARER XOAUTH2 PLAIN LOGIN ", "DIGEST-MD5 CRAM-MD5 NTLM "
	withoutCertificate := *all
	state := *all.TLS
	state.VerifiedChains = nil
	withoutCertificate.TLS = &state
	for _, c := range []struct {
		auth *Authenticator
		conn *Conn
		want string
	}{
		{&Authenticator{}, all, bound + free + "EXTERNAL " + plain + legacy + "ANONYMOUS"},
		{&Authenticator{}, &withoutCertificate, bound + free + plain + legacy + "ANONYMOUS"},
		{&Authenticator{}, inClear, free + legacy + "ANONYMOUS"},
		{&Authenticator{}, secure, free + plain + legacy + "ANONYMOUS"},
		{&Authenticator{AllowInsecure: true}, inClear, free + plain + legacy + "ANONYMOUS"},
		{&Authenticator{Floor: FloorPlaintext}, all, bound + free + "EXTERNAL " + plain + "ANONYMOUS"},
		{&Authenticator{Floor: FloorProof}, all, bound + free + "EXTERNAL ANONYMOUS"},
		{&Authenticator{Floor: FloorBound}, all, bound + "EXTERNAL ANONYMOUS"},
		{&Authenticator{Mechanisms: []string{"ntlm", "plain", "scram-sha-1", "NTLM"}}, all, "NTLM PLAIN SCRAM-SHA-1"},
	} {
		c.auth.Accounts = &everything{}
		require.Equal(t, c.want, strings.Join(c.auth.Offer(c.conn), " "))
		require.Equal(t, c.auth.Floor < FloorProof && strings.Contains(c.want, "PLAIN"), c.auth.PasswordAllowed(c.conn))
		require.NoError(t, c.auth.Check())
	}
}
