package office

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// garbage is what clients send that mean no good, or are broken. None of it
// ends a conversation in order.
var garbage = []string{
	"",
	"EHL",
	"EHLO client.example\r\nMAIL FROM:<",
	"EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<alice@postoffice.test>\r\nDATA\r\nSubject: half",
	"EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<alice@postoffice.test>\r\nDATA\r\n" + strings.Repeat("x", 16<<20),
	"EHLO client.example\r\nAUTH PLAIN\r\n",
	"EHLO client.example\r\nSTARTTLS\r\n\x16\x03\x01",
	strings.Repeat("A", 16<<20),
	strings.Repeat("NOOP\r\n", 100_000),
	strings.Repeat("\x00\xff\r\n", 1000),
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"GET / HTTP/1.1\r\nHost: postoffice.test\r\n\r\n",
	"CAPA\r\nUSER alice\r\nPASS ",
	"USER alice\r\nUSER alice\r\nRETR 1\r\n.\r\n",
	"STLS\r\ngarbage instead of a handshake",
}

// pester has n clients send garbage to all services, read nothing, and hang.
func (o *running) pester(t *testing.T, n int) {
	t.Helper()
	services := Services()
	for i := range n {
		nc, err := net.Dial("tcp", o.Addresses()[services[i%len(services)].Name])
		require.NoError(t, err)
		t.Cleanup(func() { nc.Close() })
		octets := garbage[i/len(services)%len(garbage)]
		// The server stops to read when its answers are not read, or hangs
		// up: what it does not take it does not need.
		require.NoError(t, nc.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
		_, _ = io.Copy(nc, bytes.NewReader([]byte(octets)))
	}
}

// heap returns the octets of memory that are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// A hundred clients that send garbage and hang neither keep an honest one from
// its mail nor cost much memory.
func TestGarbage(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	before := heap()
	o.pester(t, 100)
	o.submit(t, "a@client.example", "Subject: honest\r\n\r\nHello\r\n", "alice@postoffice.test")
	messages := o.read(t, o.DemoUsers()[0])
	require.Len(t, messages, 1)
	require.Contains(t, messages[0], "Subject: honest")
	require.Less(t, heap()-before, int64(32<<20))
}
