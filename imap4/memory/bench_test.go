package memory_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// full is an INBOX with n messages.
func full(b *testing.B, n int) (imap4.Account, imap4.MailboxID) {
	b.Helper()
	a := new(memory.Store).Account("alice")
	box := inbox(b, a)
	texts := make([]string, n)
	for i := range texts {
		texts[i] = "Subject: x\r\n\r\n"
	}
	_, err := a.Append(b.Context(), box, messages(texts...))
	require.NoError(b, err)
	return a, box
}

// BenchmarkAppend is one message of 4 KiB, into a mailbox that grows, and what the engine asks after it.
func BenchmarkAppend(b *testing.B) {
	a, box := full(b, 1000)
	text := strings.Repeat("x", 4096)
	since := imap4.ModSeq(2)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, err := a.Append(b.Context(), box, messages(text))
		require.NoError(b, err)
		state, all, err := a.Scan(b.Context(), box, since)
		require.NoError(b, err)
		for range all {
		}
		since = state.ModSeq
	}
}

// BenchmarkScan is a session's first look at 10,000 messages.
func BenchmarkScan(b *testing.B) {
	a, box := full(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		_, all, err := a.Scan(b.Context(), box, 0)
		require.NoError(b, err)
		n := 0
		for range all {
			n++
		}
		require.Equal(b, 10_000, n)
	}
}

// BenchmarkSetFlags changes one of 10,000 messages, and scans for it.
func BenchmarkSetFlags(b *testing.B) {
	a, box := full(b, 10_000)
	state, _, err := a.Scan(b.Context(), box, 0)
	require.NoError(b, err)
	since, flags := state.ModSeq, imap4.SystemFlags(0)
	b.ReportAllocs()
	for b.Loop() {
		flags ^= imap4.Seen
		_, _, err := a.SetFlags(b.Context(), box, imap4.FlagChange{UIDs: imap4.NewUIDSet(5000), Flags: imap4.Flags{System: flags}})
		require.NoError(b, err)
		state, all, err := a.Scan(b.Context(), box, since)
		require.NoError(b, err)
		n := 0
		for range all {
			n++
		}
		require.Equal(b, 1, n)
		since = state.ModSeq
	}
}
