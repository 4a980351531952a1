package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var serverConfig, clientConfig = configs()

// configs makes the two ends of TLS for "mail.example".
func configs() (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	// The clock of a synctest bubble starts in 2000.
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"mail.example"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Unix(1<<32, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "mail.example"}
}

func TestStartTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := inMemory(t, Timeouts{Line: time.Minute, Write: time.Minute})
		require.NoError(t, c.Handshake(t.Context(), time.Minute), "there is nothing to do")
		require.Nil(t, c.TLS())
		require.Equal(t, c.base, c.NetConn())

		go send(t, peer, "STARTTLS\r\n")
		requireLine(t, c, "STARTTLS")
		_, err := c.WriteString("220 go ahead\r\n")
		require.NoError(t, err)

		client := make(chan *tls.Conn)
		go func() {
			b := make([]byte, len("220 go ahead\r\n"))
			_, _ = io.ReadFull(peer, b)
			nc := tls.Client(peer, clientConfig)
			_, _ = io.WriteString(nc, "NOOP\r\nx\r\n.\r\nQUIT\r\n") // fails if the handshake does
			client <- nc
		}()
		require.NoError(t, c.StartTLS(t.Context(), serverConfig, time.Minute))
		require.NotNil(t, c.ServerCertificate())
		requireLine(t, c, "NOOP")
		b, err := io.ReadAll(c.DotReader(BodyLimit{}))
		require.NoError(t, err)
		require.Equal(t, "x\r\n", string(b))
		requireLine(t, c, "QUIT")
		require.True(t, c.TLS().HandshakeComplete)
		require.IsType(t, (*tls.Conn)(nil), c.NetConn())

		nc := <-client
		_, err = c.WriteString("221 bye\r\n")
		require.NoError(t, err)
		require.NoError(t, c.Flush())
		answer := make([]byte, len("221 bye\r\n"))
		_, err = io.ReadFull(nc, answer)
		require.NoError(t, err)
		require.Equal(t, "221 bye\r\n", string(answer))

		// An Interrupt ends the wait, not the connection.
		time.AfterFunc(time.Second, c.Interrupt)
		_, err = c.ReadLine(MaxLine)
		require.Equal(t, ErrInterrupted, err)
		send(t, nc, "NO")
		time.AfterFunc(time.Second, c.Interrupt)
		time.AfterFunc(2*time.Second, func() { send(t, nc, "OP\r\n") })
		requireLine(t, c, "NOOP")

		_, err = c.ReadLine(MaxLine)
		require.Equal(t, ErrInterrupted, err)
		require.NoError(t, nc.Close())
		_, err = c.ReadLine(MaxLine)
		require.Equal(t, io.EOF, err)
	})
}

// TestSocketTLS checks that what comes from a socket is read through TLS, once
// it is there.
func TestSocketTLS(t *testing.T) {
	near, far := onLoopback(t)
	c := New(near, Timeouts{})
	send(t, far, "STARTTLS\r\n")
	requireLine(t, c, "STARTTLS")
	nc := secured(t, c, far)
	for range 2 {
		send(t, nc, "NOOP\r\n")
		requireLine(t, c, "NOOP")
	}
	require.NoError(t, nc.Close())
	_, err := c.ReadLine(MaxLine)
	require.Equal(t, io.EOF, err)
}

// TestCutTLS checks that an end without close_notify, which anybody on the way
// can make, is not taken for the peer's.
func TestCutTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := inMemory(t, Timeouts{})
		nc := secured(t, c, peer)
		send(t, nc, "x\r\n")
		require.NoError(t, peer.Close())
		_, err := io.ReadAll(c.DotReader(BodyLimit{}))
		require.Equal(t, io.ErrUnexpectedEOF, err)
	})
}

// TestPipelinedPlaintext checks that octets in the clear behind the command
// that asks for TLS are never obeyed, whether they are here already or come
// later (RFC 3207, 6; CVE-2011-0411).
func TestPipelinedPlaintext(t *testing.T) {
	const command, injected = "STARTTLS\r\n", "MAIL FROM:<evil@x.example>\r\n"
	for i := range len(injected) + 1 {
		synctest.Test(t, func(t *testing.T) {
			c, peer := inMemory(t, Timeouts{Line: time.Minute})
			send(t, peer, command+injected[:i])
			requireLine(t, c, "STARTTLS")
			send(t, peer, injected[i:])
			_, err := c.WriteString("220 go ahead\r\n")
			require.NoError(t, err)
			err = c.StartTLS(t.Context(), serverConfig, time.Minute)
			if i > 0 {
				require.Equal(t, ErrPipelined, err)
			} else {
				require.ErrorAs(t, err, new(tls.RecordHeaderError))
			}
			require.Nil(t, c.TLS())
			for range 3 {
				_, err = c.ReadLine(MaxLine)
				require.Equal(t, net.ErrClosed, err)
			}
			b, err := io.ReadAll(c.DotReader(BodyLimit{}))
			require.Equal(t, net.ErrClosed, err)
			require.Empty(t, b)
		})
	}
}

// TestHandshakeTimeout checks that a client that says nothing, or goes on too
// slowly, is given up, and that nothing is then said in the clear.
func TestHandshakeTimeout(t *testing.T) {
	for _, trickle := range []bool{false, true} {
		for _, implicit := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				c, peer := inMemory(t, Timeouts{Line: time.Second})
				handshake := func() error { return c.StartTLS(t.Context(), serverConfig, time.Minute) }
				if implicit {
					c = New(tls.Server(c.NetConn(), serverConfig), Timeouts{})
					handshake = func() error { return c.Handshake(t.Context(), time.Minute) }
				}
				if trickle {
					// The header of a ClientHello, and octets now and then.
					send(t, peer, "\x16\x03\x01\x01\x00")
					for i := range 10 {
						time.AfterFunc(time.Duration(i)*10*time.Second, func() { _, _ = peer.Write([]byte{1}) })
					}
				}
				start := time.Now()
				require.ErrorIs(t, handshake(), os.ErrDeadlineExceeded)
				require.Equal(t, time.Minute, time.Since(start))
				send(t, peer, "NOOP\r\n")
				_, err := c.ReadLine(MaxLine)
				require.Error(t, err)
				time.Sleep(time.Hour)
			})
		}
	}
}

// TestNoHandshakeTimeout checks that neither the deadline of the line before
// nor that of the handshake is left armed.
func TestNoHandshakeTimeout(t *testing.T) {
	for _, limit := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := inMemory(t, Timeouts{Line: time.Second})
			send(t, peer, "STARTTLS\r\n")
			requireLine(t, c, "STARTTLS")
			c.Timeouts.Line = 0
			client := tls.Client(peer, clientConfig)
			go func() {
				time.Sleep(59 * time.Second)
				_ = client.Handshake() // its error is the other end's too
				time.Sleep(time.Hour)
				send(t, client, "NOOP\r\n")
			}()
			require.NoError(t, c.StartTLS(t.Context(), serverConfig, limit))
			requireLine(t, c, "NOOP")
			_, err := c.WriteString("250 ok\r\n")
			require.NoError(t, err)
			require.NoError(t, c.Flush())
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, peer := inMemory(t, Timeouts{})
		c := New(tls.Server(near.NetConn(), serverConfig), Timeouts{Line: time.Minute, Write: time.Minute})
		client := tls.Client(peer, clientConfig)
		go func() { _ = client.Handshake() }() // its error is the other end's too
		require.NoError(t, c.Handshake(t.Context(), time.Minute))
		require.True(t, c.TLS().HandshakeComplete)
		_, err := c.WriteString(strings.Repeat("220 hello\r\n", 10))
		require.NoError(t, err)
		send(t, client, "NOOP\r\n")
		requireLine(t, c, "NOOP")

		time.AfterFunc(time.Second, c.Abort)
		_, err = c.ReadLine(MaxLine)
		require.Equal(t, net.ErrClosed, err)
	})
}

// TestAbortHandshake checks that an Abort at any moment counts.
func TestAbortHandshake(t *testing.T) {
	for _, when := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := inMemory(t, Timeouts{})
			if when == 0 {
				c.Abort()
			} else {
				time.AfterFunc(when, c.Abort)
			}
			start := time.Now()
			require.Equal(t, net.ErrClosed, c.StartTLS(t.Context(), serverConfig, 0))
			require.Equal(t, when, time.Since(start))
		})
	}
}
