package imap4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClientPipeline has commands on their way at the same time, and answers that
// come out of order.
func TestClientPipeline(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientGreeting+`
		C: w1 STATUS "a" (MESSAGES)
		C: w2 STATUS "b" (MESSAGES)
		C: w3 UID FETCH 1:2 (UID BODY.PEEK[])
		C: w4 CREATE "c"
		S: * STATUS "b" (MESSAGES 2)
		S: w2 OK done
		C: w5 STATUS "d" (MESSAGES)
		S: * STATUS "a" (MESSAGES 1)
		S: w4 NO [ALREADYEXISTS] there
		S! "* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 2 FETCH (BODY[] {3}\r\ndef UID 2)\r\n* STATUS d (MESSAGES 4)\r\nw5 OK done\r\n"
		S: w1 OK done
		S: w3 OK done
		C: w6 SELECT "x"
		S: w6 OK done
		C: w7 NOOP
		S: w7 OK done
		`, nil)
	messages := map[string]uint32{}
	status := func(c *Client, name string) error {
		s, err := c.Status(ctx, name, ItemMessages)
		if err == nil {
			messages[name] = s.Messages
		}
		return err
	}
	var texts []string
	var stolen *Client
	err := c.Pipeline(ctx,
		func(c *Client) error { stolen = c; return status(c, "a") },
		func(c *Client) error { return errors.Join(status(c, "b"), status(c, "d")) },
		func(own *Client) error {
			for m, err := range own.Fetch(ctx, UIDSet{{1, 2}}, &FetchItems{Sections: clientWhole}) {
				require.NoError(t, err)
				require.ErrorIs(t, own.Noop(ctx), ErrBusy)
				require.ErrorIs(t, c.Noop(ctx), ErrBusy)
				require.ErrorIs(t, stolen.Noop(ctx), ErrBusy)
				for s := range m.Sections() {
					b, err := io.ReadAll(s)
					require.NoError(t, err)
					texts = append(texts, fmt.Sprint(m.UID, string(b)))
				}
			}
			return nil
		},
		func(c *Client) error { return c.Create(ctx, "c") },
		func(c *Client) error {
			require.ErrorIs(t, c.Idle(ctx), ErrBusy)
			require.ErrorIs(t, c.Compress(ctx), ErrBusy)
			require.ErrorIs(t, c.Pipeline(ctx), ErrBusy)
			return nil
		},
	)
	r, is := errors.AsType[Reply](err)
	require.True(t, is)
	require.Equal(t, "ALREADYEXISTS", r.Code)
	require.Equal(t, map[string]uint32{"a": 1, "b": 2, "d": 4}, messages)
	require.Equal(t, []string{"1abc", "0def"}, texts, "the UID stands behind the body")
	require.ErrorIs(t, stolen.Noop(ctx), ErrBusy)

	// Those that change what others mean have the line to themselves.
	require.NoError(t, c.Pipeline(ctx,
		func(c *Client) error { _, err := c.Select(ctx, "x", nil); return err },
		func(c *Client) error { return c.Noop(ctx) },
	))
	require.NoError(t, c.Pipeline(ctx))
}

// TestClientPipelineLiteral has one function wait to send a literal, and a further
// one for its turn, while the body of a message comes that a third one reads.
func TestClientPipelineLiteral(t *testing.T) {
	ctx := t.Context()
	c := clientOn(t, clientPoor+`
		C: w1 UID FETCH 1:2 (UID BODY.PEEK[])
		C: w2 APPEND "a" {3}
		S! "* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 2 BODY[] {3}\r\ndef)\r\n"
		S: w1 OK done
		S: + go on
		C: xyz
		C: w3 CREATE "b"
		S: w2 OK done
		S: w3 OK done
		`, nil)
	var texts []string
	require.NoError(t, c.Pipeline(ctx,
		func(c *Client) error {
			for m, err := range c.Fetch(ctx, UIDSet{{1, 2}}, &FetchItems{Sections: clientWhole}) {
				require.NoError(t, err)
				for s := range m.Sections() {
					b, err := io.ReadAll(s)
					require.NoError(t, err)
					texts = append(texts, string(b))
				}
			}
			return nil
		},
		func(c *Client) error {
			_, err := c.Append(ctx, "a", Outgoing{Body: strings.NewReader("xyz"), Size: 3})
			return err
		},
		func(c *Client) error { return c.Create(ctx, "b") },
	))
	require.Equal(t, []string{"abc", "def"}, texts)
}

// TestClientPipelineOver has the conversation end below all functions.
func TestClientPipelineOver(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 CREATE "a"
		C: w2 CREATE "b"
		S: w2 OK done
		`, nil)
	ctx := t.Context()
	var errs [2]error
	err := c.Pipeline(ctx,
		func(c *Client) error { errs[0] = c.Create(ctx, "a"); return errs[0] },
		func(c *Client) error { errs[1] = c.Create(ctx, "b"); return errs[1] },
	)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, errs[0], io.ErrUnexpectedEOF)
	require.NoError(t, errs[1])
}

// TestClientPipelinePanic has one function panic while another one waits.
func TestClientPipelinePanic(t *testing.T) {
	c := clientOn(t, clientGreeting+"listen", nil)
	ctx := t.Context()
	var err error
	require.PanicsWithValue(t, "no", func() {
		c.Pipeline(ctx,
			func(c *Client) error { err = c.Create(ctx, "a"); return err },
			func(*Client) error { panic("no") },
		)
	})
	require.ErrorIs(t, err, errClientAbandoned)
	require.ErrorIs(t, c.Noop(ctx), errClientAbandoned)
}

// TestClientPipelineMany has more on the way than may be, with a server that
// answers each before it reads on, and buffers that hold next to no answers.
func TestClientPipelineMany(t *testing.T) {
	var script strings.Builder
	const count = 600
	for i := range count {
		fmt.Fprintf(&script, "C: w%d CREATE %q\nS: * 1 FETCH (FLAGS (\\Seen) UID %d)\nS: w%d OK %s\n", i+1, fmt.Sprint(i), i+1, i+1, strings.Repeat("x", 300))
	}
	ctx := t.Context()
	nc := clientPlaySize(t, clientGreeting+script.String(), nil, clientMaxFlight+1000)
	c, err := NewClient(ctx, nc, &Options{TLS: TLSNone})
	require.NoError(t, err)
	defer c.Close()
	var fs []func(*Client) error
	for i := range count {
		fs = append(fs, func(c *Client) error { return c.Create(ctx, fmt.Sprint(i)) })
	}
	require.NoError(t, c.Pipeline(ctx, fs...))
}

// TestClientBusy calls a method from where none may be called.
func TestClientBusy(t *testing.T) {
	var c *Client
	var err error
	c = clientOn(t, clientGreeting+"C: w1 NOOP\nS: * 1 EXISTS\nS: w1 OK\n", &Options{Updates: func(Update) {
		err = c.Noop(context.Background())
	}})
	require.NoError(t, c.Noop(t.Context()))
	require.ErrorIs(t, err, ErrBusy)
}

// TestClientRightsPaired pairs answers about rights by the mailbox that they name:
// a server may answer commands that do not depend on each other in any order (RFC
// 9051, 5.5).
func TestClientRightsPaired(t *testing.T) {
	c := clientOn(t, clientGreeting+`
		C: w1 MYRIGHTS "a"
		C: w2 MYRIGHTS "b"
		C: w3 GETACL "a"
		C: w4 GETACL "b"
		S: * MYRIGHTS b l
		S: * ACL b ann l
		S: * ACL a bob r
		S: * MYRIGHTS a r
		S: w2 OK done
		S: w1 OK done
		S: w4 OK done
		S: w3 OK done
		C: w5 MYRIGHTS "a"
		S: * MYRIGHTS b l
		S: w5 OK done
		`, nil)
	var got [4]any
	mine := func(i int, name string) func(*Client) error {
		return func(c *Client) (err error) { got[i], err = c.MyRights(t.Context(), name); return err }
	}
	all := func(i int, name string) func(*Client) error {
		return func(c *Client) (err error) { got[i], err = c.GetACL(t.Context(), name); return err }
	}
	require.NoError(t, c.Pipeline(t.Context(), mine(0, "a"), mine(1, "b"), all(2, "a"), all(3, "b")))
	require.Equal(t, [4]any{"r", "l", []ACLEntry{{"bob", "r"}}, []ACLEntry{{"ann", "l"}}}, got)
	_, err := c.MyRights(t.Context(), "a")
	require.ErrorIs(t, err, ErrProtocol, "an answer about another mailbox")
}
