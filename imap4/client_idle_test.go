package imap4

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestClientIdle waits for news, and stops: when it is told to, and when the
// server has had enough.
func TestClientIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var all []uint32
		c := clientOn(t, clientGreeting+`
			C: w1 IDLE
			S: + idling
			S: * 3 EXISTS
			wait 1h
			S: * 4 EXISTS
			C: DONE
			S: * 5 EXISTS
			S: w1 OK done
			C: w2 NOOP
			S: w2 OK done
			C: w3 IDLE
			S: w3 BAD no
			`, &Options{
			Timeouts: ClientTimeouts{Idle: -1},
			Updates: func(u Update) {
				if all = append(all, u.Number); u.Number == 4 {
					cancel()
				}
			},
		})
		require.NoError(t, c.Idle(ctx))
		require.Equal(t, []uint32{3, 4, 5}, all)
		require.NoError(t, c.Idle(ctx), "it has ended before it has begun")
		require.NoError(t, c.Noop(t.Context()))
		_, is := errors.AsType[Reply](c.Idle(t.Context()))
		require.True(t, is)
	})
}

// TestClientIdleAgain says IDLE anew before the server hangs up.
func TestClientIdleAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		c := clientOn(t, clientGreeting+`
			C: w1 IDLE
			S: + idling
			C: DONE
			S: w1 OK
			C: w2 IDLE
			wait 1s
			S: + idling
			C: DONE
			S: w2 OK
			C: w3 IDLE
			S: + idling
			C: DONE
			S: w3 OK
			C: w4 NOOP
			S: w4 OK
			`, nil)
		start := time.Now()
		require.NoError(t, c.Idle(ctx))
		require.Equal(t, time.Hour, time.Since(start))
		require.NoError(t, c.Noop(t.Context()))
	})
}

// TestClientIdleStuck ends IDLE with a server that does not answer.
func TestClientIdleStuck(t *testing.T) {
	for name, script := range map[string]string{
		"no +":        "C: w1 IDLE\nlisten",
		"no OK":       "C: w1 IDLE\nS: + idling\nC: DONE\nlisten",
		"half a line": "C: w1 IDLE\nS: + idling\nS! \"* 3 EX\"\nlisten",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				c := clientOn(t, clientGreeting+script, nil)
				start := time.Now()
				require.ErrorContains(t, c.Idle(ctx), "no response in time")
				require.LessOrEqual(t, time.Since(start), 70*time.Second)
			})
		})
	}
}

// TestClientCompress compresses, and waits for news under compression.
func TestClientCompress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := clientOn(t, clientGreeting+`
			C: w1 COMPRESS DEFLATE
			S: w1 OK go
			deflate
			C: w2 NOOP
			S: w2 OK done
			C: w3 IDLE
			S: + idling
			S: * 3 EXISTS
			C: DONE
			S: w3 OK done
			C: w4 NOOP
			S: w4 OK done
			`, nil)
		require.NoError(t, c.Compress(ctx))
		require.ErrorIs(t, c.Compress(ctx), errClientDeflated)
		require.NoError(t, c.Noop(ctx))
		require.NoError(t, c.Idle(ctx))
		require.NoError(t, c.Noop(t.Context()))
	})
}

// TestClientCompressContext cuts a compressed conversation.
func TestClientCompressContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := clientOn(t, clientGreeting+"C: w1 COMPRESS DEFLATE\nS: w1 OK go\ndeflate\nC: w2 NOOP\nlisten", nil)
		require.NoError(t, c.Compress(ctx))
		require.ErrorIs(t, c.Noop(ctx), context.DeadlineExceeded)
	})
}

// TestClientNotify asks for news of other mailboxes.
func TestClientNotify(t *testing.T) {
	u := new(clientUpdates)
	c := clientOn(t, clientGreeting+`
		C: w1 NOTIFY SET STATUS (personal (MessageNew MessageExpunge)) (mailboxes ("a" "b") NONE)
		S: * STATUS a (MESSAGES 1 UIDNEXT 2)
		S: w1 OK done
		C: w2 NOOP
		S: * STATUS c (MESSAGES 1 UIDNEXT 2)
		S: * LIST (\NonExistent) "/" d
		S: * LIST () "/" new ("OLDNAME" ("old"))
		S: * METADATA "a" /shared/comment
		S: w2 OK done
		C: w3 NOTIFY NONE
		S: w3 OK done
		`, u.options())
	ctx := t.Context()
	require.NoError(t, c.Notify(ctx, true,
		NotifyGroup{Filter: "personal", Events: []string{"MessageNew", "MessageExpunge"}},
		NotifyGroup{Filter: "mailboxes", Mailboxes: []string{"a", "b"}}))
	require.NoError(t, c.Noop(ctx))
	require.NoError(t, c.Notify(ctx, false))
	var kinds []UpdateKind
	for _, one := range u.all {
		kinds = append(kinds, one.Kind)
	}
	require.Equal(t, []UpdateKind{UpdateStatus, UpdateStatus, UpdateMailbox, UpdateMailbox, UpdateMetadata}, kinds)
	require.Equal(t, "old", u.all[3].Mailbox.OldName)
	require.Equal(t, []string{"/shared/comment"}, u.all[4].Entries)
}
