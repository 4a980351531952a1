package queue_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

func TestAddChecks(t *testing.T) {
	q := &queue.Queue{Store: memory.New(nil)}
	env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
	require.NoError(t, err)
	body := strings.NewReader("x")
	urgent := queue.Priority(3)
	many := make(map[string]string)
	for i := range 17 {
		many[strings.Repeat("x", i)] = ""
	}
	for want, s := range map[string]queue.Submission{
		"envelope":     {Body: body},
		"recipient":    {Envelope: &smtp.Envelope{}, Body: body},
		"body":         {Envelope: env},
		`ID "../x"`:    {Envelope: env, Body: body, ID: "../x"},
		`ID "a:0"`:     {Envelope: env, Body: body, ID: "a:0"},
		"64 at most":   {Envelope: env, Body: body, ID: strings.Repeat("x", 65)},
		"priority 3":   {Envelope: env, Body: body, Priority: &urgent},
		"16 at most":   {Envelope: env, Body: body, Tags: many},
		"256 at most":  {Envelope: env, Body: body, Tags: map[string]string{"k": strings.Repeat("v", 256)}},
		"unexpected":   {Envelope: env, Body: strings.NewReader("x"), Size: 5},
		"reader fails": {Envelope: env, Body: iotest.ErrReader(io.ErrNoProgress), Size: -1},
	} {
		_, err := q.Add(t.Context(), s)
		if want == "reader fails" {
			require.ErrorIs(t, err, io.ErrNoProgress)
			continue
		}
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, items(t, q, queue.Filter{}))
}

// What is added twice with one ID is there once.
func TestAddTwice(t *testing.T) {
	q := &queue.Queue{Store: memory.New(nil)}
	env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
	require.NoError(t, err)
	id, err := submit(t, q, queue.Submission{Envelope: env, ID: "one"})
	require.NoError(t, err)
	require.Equal(t, "one", id)
	id, err = submit(t, q, queue.Submission{Envelope: env, ID: "one"})
	require.ErrorIs(t, err, queue.ErrExists)
	require.Equal(t, "one", id)
	all := items(t, q, queue.Filter{})
	require.Len(t, all, 1)
	require.EqualValues(t, 23, all[0].Message.Size)
	s, err := q.Snapshot(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Messages)
}

// Items that come of other items cannot take the ID of what a caller has named.
func TestIDsDoNotMeet(t *testing.T) {
	q := &queue.Queue{Store: memory.New(nil)}
	env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
	require.NoError(t, err)
	for _, id := range []string{"a", "a.0", "a-1", "a.0-1", ".", "..", "A_b"} {
		_, err := submit(t, q, queue.Submission{Envelope: env, ID: id})
		require.NoError(t, err)
	}
	require.Len(t, items(t, q, queue.Filter{}), 7)
}

// A message that goes in circles is not taken. What is in the body is no trace.
func TestHops(t *testing.T) {
	env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
	require.NoError(t, err)
	for text, taken := range map[string]bool{
		strings.Repeat("Received: x\r\n", 3) + "\r\n":                                true,
		strings.Repeat("Received: x\r\n", 4) + "\r\n":                                false,
		strings.Repeat("rEceived:\r\n folded\r\n", 4):                                false,
		"\r\n" + strings.Repeat("Received: x\r\n", 4):                                true,
		strings.Repeat("X-Received: x\r\n Received: y\r\nReceived-SPF: z\r\n", 4):    true,
		strings.Repeat("Received: x\r\n", 3) + "Subject: x\r\n\r\nReceived: x\r\n":   true,
		strings.Repeat("Received: x\r\n", 3) + "Subject: x\r\nReceived: x\r\n\r\nHi": false,
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			q := &queue.Queue{Store: memory.New(nil), Limits: queue.Limits{Hops: 3}}
			_, err := q.Add(t.Context(), queue.Submission{Envelope: env, Body: r, Size: -1})
			if taken {
				require.NoError(t, err, text)
				continue
			}
			require.Equal(t, smtp.R(554, smtp.Enhanced{5, 4, 6}, "message has come through too many hosts, it seems to go in circles"), err, text)
		}
	}
}
