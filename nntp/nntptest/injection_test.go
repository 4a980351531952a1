package nntptest_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// A server that obeys under TLS what it has read before is found out.
func TestStartTLSInjection(t *testing.T) {
	cert, err := testcert.New("localhost")
	require.NoError(t, err)
	var verdict nntptest.Verdict
	nntptest.Check(t.Context(), nntptest.Target{
		Dial: func(context.Context) (net.Conn, error) {
			near, far := memnet.Pipe()
			go careless(far, &tls.Config{Certificates: []tls.Certificate{cert}})
			return near, nil
		},
		Only: regexp.MustCompile("^STARTTLS/injection$"), Timeout: 2 * time.Second,
	}, func(r nntptest.Result) { verdict = r.Verdict })
	require.Equal(t, nntptest.Fail, verdict)
}

// careless keeps what it has read across STARTTLS.
func careless(nc net.Conn, cfg *tls.Config) {
	defer nc.Close()
	r := bufio.NewReader(nc)
	w := nc
	fmt.Fprint(w, "200 hello\r\n")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch strings.TrimSpace(line) {
		case "CAPABILITIES":
			fmt.Fprint(w, "101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n")
		case "STARTTLS":
			fmt.Fprint(w, "382 go\r\n")
			w = tls.Server(nc, cfg)
		case "DATE":
			fmt.Fprint(w, "111 20000101000000\r\n")
			return
		}
	}
}
