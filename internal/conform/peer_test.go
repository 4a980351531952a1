package conform_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/internal/memnet"
)

// lines reads lines from a server until it hangs up and returns them.
func lines(s *server) (func(context.Context, *conform.Run), *[]string) {
	got := new([]string)
	return func(ctx context.Context, r *conform.Run) {
		p := r.Dial(ctx, s.dial)
		for {
			line, err := p.Line()
			if err != nil {
				*got = append(*got, err.Error())
				return
			}
			*got = append(*got, line)
		}
	}, got
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 64<<10-2)
	run, got := lines(&server{says: "220 ready\r\n\r\n tab\there \xff\r\n" + long + "\r\n"})
	r := do(t, run)
	require.Equal(t, conform.Pass, r.Verdict)
	require.Equal(t, []string{"220 ready", "", " tab\there \xff", long, "EOF"}, *got)
	require.Equal(t, []string{
		"S: 220 ready", "S: ", `S:  tab\there \xff`, "S: " + long[:200] + " (65536 octets in all)", "S: (hung up)",
	}, r.Transcript)
}

// What no server may send ends the case.
func TestBadLines(t *testing.T) {
	stays := func(says string) *server { return staying(says) }
	hangsUp := func(says string) *server { return &server{says: says} }
	for _, tt := range []struct {
		name  string
		s     *server
		why   string
		shown string // the last line of the transcript
	}{
		{"bare LF", stays("220 ready\n"), "the server sent a line that ends in a bare LF", `S: 220 ready\n`},
		{"bare CR", stays("220\r550 \r\n"), "the server sent a line with CR or NUL in it", `S: 220\r550 `},
		{"NUL", stays("220 \x00\r\n"), "the server sent a line with CR or NUL in it", `S: 220 \x00`},
		{"CR CRLF", stays("220\r\r\n"), "the server sent a line with CR or NUL in it", `S: 220\r`},
		{"silence", stays(""), "no answer in 10s", ""},
		{"half a line, silence", stays("220 re"), "no whole line in 10s", "S: 220 re (no line end)"},
		{"half a line, hang-up", hangsUp("220 re"), "the server hung up in the midst of a line", "S: 220 re (no line end)"},
		{"CR alone", hangsUp("220\r"), "the server hung up in the midst of a line", `S: 220\r (no line end)`},
		{
			"too long", stays(strings.Repeat("x", 64<<10+1)), "the server sent a line of more than 65536 octets",
			"S: " + strings.Repeat("x", 200) + " (65536 octets in all)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run, got := lines(tt.s)
			r := do(t, run)
			require.Equal(t, conform.Fail, r.Verdict)
			require.Equal(t, tt.why, r.Detail)
			require.Empty(t, *got)
			if tt.shown != "" {
				require.Equal(t, tt.shown, r.Transcript[len(r.Transcript)-1])
			}
		})
	}
}

// A server that sends without end costs a bounded amount, of which little is
// kept.
func TestEndless(t *testing.T) {
	r := do(t, func(ctx context.Context, r *conform.Run) {
		p := r.Dial(ctx, func(context.Context) (net.Conn, error) {
			near, far := memnet.Pipe()
			go func() {
				defer far.Close()
				for line := strings.Repeat("x", 32<<10) + "\r\n"; ; {
					if _, err := io.WriteString(far, line); err != nil {
						return
					}
				}
			}()
			return near, nil
		})
		for {
			if _, err := p.Line(); err != nil {
				return
			}
		}
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Equal(t, "the server sent more than 67108864 octets", r.Detail)
	require.Len(t, r.Transcript, 401)
	require.Equal(t, "(and so on)", r.Transcript[400])
}

func TestSend(t *testing.T) {
	s := staying("")
	r := do(t, func(ctx context.Context, r *conform.Run) {
		p := r.Dial(ctx, s.dial)
		p.Send("EHLO a\r\nMAIL\n\x00\xff \"x\\\"\r\nhalf")
		p.SendQuietly(strings.Repeat("x", 1000)+"\r\n", "1000 times x")
		for _, b := range []byte("NOOP\r\n") {
			p.SendOctet(b)
		}
		p.HangUp()
		p.Send("late\r\n")
		_, err := p.Line()
		require.Equal(t, io.EOF, err)
	})
	require.Equal(t, "EHLO a\r\nMAIL\n\x00\xff \"x\\\"\r\nhalf"+strings.Repeat("x", 1000)+"\r\nNOOP\r\n", <-s.closed)
	require.Equal(t, conform.Pass, r.Verdict)
	require.Equal(t, []string{
		"C: EHLO a", `C: MAIL\n`, `C: \x00\xff "x\\"`, "C: half (no line end)",
		"C: 1000 times x",
		"C: (hangs up)",
		"C: late", "send: use of closed network connection", "S: (hung up)",
	}, r.Transcript)
}

// Every wait is bounded, that of a peer that does not read too.
func TestSendTimesOut(t *testing.T) {
	r := do(t, func(ctx context.Context, r *conform.Run) {
		near, far := memnet.Pipe()
		defer far.Close()
		r.Dial(ctx, func(context.Context) (net.Conn, error) { return near, nil }).Send(strings.Repeat("x", 1<<20) + "\r\n")
	})
	require.Equal(t, timeout, r.Duration)
	require.Equal(t, "send: i/o timeout", r.Transcript[1])
}

func TestOctets(t *testing.T) {
	for _, tt := range []struct {
		says    string
		stays   bool
		want    string
		verdict conform.Verdict
		shown   []string
	}{
		{"\x15\x03rest", true, "\x15\x03r", conform.Pass, []string{`S: \x15\x03r (no line end)`}},
		{"\x15\x03", false, "\x15\x03", conform.Pass, []string{`S: \x15\x03 (no line end)`, "S: (hung up)"}},
		{"", false, "", conform.Pass, []string{"S: (hung up)"}},
		{"ab", true, "", conform.Fail, []string{"S: ab (no line end)"}},
	} {
		s := staying(tt.says)
		s.stays = tt.stays
		var got string
		r := do(t, func(ctx context.Context, r *conform.Run) { got = r.Dial(ctx, s.dial).Octets(3) })
		require.Equal(t, tt.verdict, r.Verdict, tt.says)
		require.Equal(t, tt.want, got, tt.says)
		require.Equal(t, tt.shown, r.Transcript)
		if tt.verdict == conform.Fail {
			require.Equal(t, "no answer in 10s", r.Detail)
		}
	}
}
