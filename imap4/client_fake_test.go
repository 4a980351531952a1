package imap4

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"iter"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/deflate"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/mime"
)

// A clientScript is a server that plays a conversation as it is written. Its
// lines are
//
//	C: w1 NOOP          what the client has to send; the tags are w1, w2, ...
//	C! "octets"         octets that it has to send, as a Go string
//	S: * 3 EXISTS       a line to send
//	S> * 3 FETCH (      the same, without CRLF
//	S! "octets"         octets to send, as a Go string
//	wait 5m             time that passes, in a bubble
//	tls                 TLS begins
//	deflate             compression begins
//	hangup              the connection is closed; so it is at the end of the script
//	listen              what the client sends from here on does not matter
//
// Tabs before them do not count.
type clientScript struct {
	text string
	cert *tls.Config

	nc  net.Conn
	in  *bufio.Reader
	err error // of the first line that went wrong
}

// clientPlay starts a script, and fails the test if it is not played to its end.
func clientPlay(tb testing.TB, text string, cert *tls.Config) net.Conn {
	return clientPlaySize(tb, text, cert, memnet.DefaultSize)
}

// clientPlaySize is clientPlay with buffers of some size in between.
func clientPlaySize(tb testing.TB, text string, cert *tls.Config, size int) net.Conn {
	near, far := memnet.PipeSize(size)
	s := &clientScript{text: text, cert: cert, nc: far, in: bufio.NewReader(far)}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer far.Close()
		s.play()
		if s.err != nil {
			near.Close() // so that nobody waits for what does not come
		}
	})
	tb.Cleanup(func() {
		near.Close()
		wg.Wait()
		require.NoError(tb, s.err)
	})
	return near
}

func (s *clientScript) play() {
	for n, line := range strings.Split(s.text, "\n") {
		line = strings.TrimLeft(line, "\t")
		if line == "" {
			continue
		}
		if line == "listen" {
			io.Copy(io.Discard, s.in)
			return
		}
		if line == "hangup" {
			return
		}
		if err := s.line(line); err != nil {
			s.err = fmt.Errorf("line %d, %q: %w", n, line, err)
			return
		}
	}
}

func (s *clientScript) line(line string) error {
	word, arg, _ := strings.Cut(line, " ")
	switch word {
	case "C:":
		got, err := s.in.ReadString('\n')
		if err == nil && got != arg+"\r\n" {
			err = fmt.Errorf("got %q", got)
		}
		return err
	case "C!":
		want, err := strconv.Unquote(arg)
		if err != nil {
			return err
		}
		got := make([]byte, len(want))
		if _, err = io.ReadFull(s.in, got); err == nil && string(got) != want {
			err = fmt.Errorf("got %q", got)
		}
		return err
	case "S:":
		_, err := io.WriteString(s.nc, arg+"\r\n")
		return err
	case "S>":
		_, err := io.WriteString(s.nc, arg)
		return err
	case "S!":
		text, err := strconv.Unquote(arg)
		if err == nil {
			_, err = io.WriteString(s.nc, text)
		}
		return err
	case "wait":
		d, err := time.ParseDuration(arg)
		<-time.After(d) // in a bubble, where it costs none
		return err
	case "tls":
		s.wrap(tls.Server(s.nc, s.cert))
	case "deflate":
		s.wrap(deflate.New(s.nc))
	default:
		return fmt.Errorf("no such word: %q", word)
	}
	return nil
}

func (s *clientScript) wrap(nc net.Conn) {
	s.nc, s.in = nc, bufio.NewReader(nc)
}

// clientGreeting begins a script: a server that offers much.
const clientGreeting = "S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ENABLE UIDPLUS MOVE ESEARCH SEARCHRES " +
	"IDLE NAMESPACE ID UNSELECT CONDSTORE QRESYNC MULTIAPPEND BINARY LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE SORT " +
	"THREAD=REFERENCES QUOTA ACL METADATA NOTIFY COMPRESS=DEFLATE UNAUTHENTICATE REPLACE STATUS=SIZE OBJECTID PREVIEW SAVEDATE AUTH=PLAIN] ready\n"

// clientPoor begins a script of a server that offers nothing.
const clientPoor = "S: * OK [CAPABILITY IMAP4rev1] ready\n"

// clientOn makes a Client of a script, without TLS.
func clientOn(tb testing.TB, script string, o *Options) *Client {
	tb.Helper()
	opts := Options{TLS: TLSNone, PlaintextAuth: true}
	if o != nil {
		opts = *o
		opts.TLS, opts.PlaintextAuth = TLSNone, true
	}
	c, err := NewClient(tb.Context(), clientPlay(tb, script, nil), &opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c
}

// clientUpdates collects what Options.Updates is told.
type clientUpdates struct{ all []Update }

func (u *clientUpdates) options() *Options {
	return &Options{Updates: func(one Update) { u.all = append(u.all, one) }}
}

// clientFirst returns the first error of a loop.
func clientFirst[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

func clientFieldSection(name string) []FetchSection {
	return []FetchSection{{Section: mime.Section{Specifier: mime.FieldsPart, Fields: []string{name}}}}
}
