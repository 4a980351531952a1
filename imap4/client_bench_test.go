package imap4

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// A clientReplay answers each command with the same octets, and an OK.
type clientReplay struct {
	clientOctets
	text   []byte
	at     int
	tagged []byte
}

func (r *clientReplay) Write(p []byte) (int, error) {
	tag, _, _ := bytes.Cut(p, []byte(" "))
	r.at = 0
	r.tagged = append(append(r.tagged[:0], tag...), " OK done\r\n"...)
	return len(p), nil
}

func (r *clientReplay) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at += n
	if n < len(p) {
		k := copy(p[n:], r.tagged)
		r.tagged = r.tagged[k:]
		n += k
	}
	return n, nil
}

func clientReplaying(b *testing.B, text string) *Client {
	b.Helper()
	r := &clientReplay{text: []byte(text)}
	r.tagged = []byte(strings.ReplaceAll(strings.TrimPrefix(clientGreeting, "S: "), "\n", "\r\n"))
	r.at = len(r.text)
	c, err := NewClient(b.Context(), r, &Options{TLS: TLSNone})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkClientFetch reads the answer about 10,000 messages.
func BenchmarkClientFetch(b *testing.B) {
	const count = 10_000
	envelope := `ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) ` +
		`(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ` +
		`((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")`
	structure := `BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 1152 23 NIL NIL NIL NIL)` +
		`("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 4554 73 NIL NIL NIL NIL)` +
		`("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 345345 NIL ("attachment" ("filename" "a.pdf")) NIL NIL) "mixed" ("boundary" "abc") NIL NIL NIL)`
	for _, kind := range []struct {
		name, text string
		items      FetchItems
	}{
		{"flags", `FLAGS (\Seen \Answered $Junk)`, FetchItems{Flags: true}},
		{"envelope", envelope, FetchItems{Envelope: true}},
		{"structure", structure, FetchItems{Structure: true}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var text strings.Builder
			for i := range count {
				fmt.Fprintf(&text, "* %d FETCH (UID %d %s)\r\n", i+1, i+1, kind.text)
			}
			c := clientReplaying(b, text.String())
			b.ReportAllocs()
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				n := 0
				for m, err := range c.Fetch(b.Context(), UIDSet{{1, count}}, &kind.items) {
					if err != nil || m.UID == 0 {
						b.Fatal(err)
					}
					n++
				}
				if n != count {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/message")
		})
	}
}

// BenchmarkClientBody streams bodies: one of 10 MiB, and many small ones.
func BenchmarkClientBody(b *testing.B) {
	for _, size := range []int{10 << 20, 5 << 10} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			count := 10 << 20 / size
			var text strings.Builder
			for i := range count {
				fmt.Fprintf(&text, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", i+1, i+1, size, strings.Repeat("x", size))
			}
			c := clientReplaying(b, text.String())
			b.ReportAllocs()
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				for m, err := range c.Fetch(b.Context(), UIDSet{{1, 1 << 20}}, &FetchItems{Sections: clientWhole}) {
					if err != nil {
						b.Fatal(err)
					}
					for s := range m.Sections() {
						if n, err := io.Copy(io.Discard, s); err != nil || n != int64(size) {
							b.Fatal(n, err)
						}
					}
				}
			}
		})
	}
}

// BenchmarkClientSearch reads 100,000 UIDs: as a list, and as ranges.
func BenchmarkClientSearch(b *testing.B) {
	var list strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&list, " %d", 2*i+1)
	}
	for name, text := range map[string]string{
		"SEARCH":  "* SEARCH" + list.String() + "\r\n",
		"ESEARCH": "* ESEARCH UID ALL " + strings.ReplaceAll(list.String()[1:], " ", ",") + "\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			c := clientReplaying(b, text)
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if found, err := c.Search(b.Context(), nil, nil); err != nil || found.Count != 100_000 {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkClientNoop is a command and its answer, without a network.
func BenchmarkClientNoop(b *testing.B) {
	c := clientReplaying(b, "")
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Noop(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClientAppend sends a message of 1 MiB.
func BenchmarkClientAppend(b *testing.B) {
	text := strings.Repeat("x", 1<<20)
	c := clientReplaying(b, "")
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		// The tag that answers is of the last write, so that of NOOP is waited for.
		m := Outgoing{Body: strings.NewReader(text), Size: int64(len(text))}
		err := c.during(b.Context(), func() error {
			call, err := c.send(clientCommand{verb: "APPEND", args: func(e *clientEncoder) { e.raw(" "); e.message(&m) }})
			if err == nil {
				_ = c.conn.wire.flush()
				err = c.conn.complete(call.tag, OK("", ""))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
