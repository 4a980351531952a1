package tracklog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// What is read is what the queue told, recipient by recipient.
func TestTracked(t *testing.T) {
	for _, reply := range []smtp.Reply{
		{},
		smtp.R(250, smtp.Enhanced{2, 0, 0}, "thanks"),
		smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such\nuser 5.1.1"),
		smtp.R(421, smtp.Enhanced{}, "1.2.3.4 is busy\n\ntry later"),
		smtp.R(354, smtp.Enhanced{}, ""),
	} {
		want := queue.Event{
			Time: noon, Kind: queue.Failed, Message: "m", MessageID: "i@x", About: "n", Item: "i", Sender: smtp.Path{Local: "a b", Domain: "a.example"},
			Source: "s", Size: 7, Route: "r", Remote: "mx", Reply: reply, Latency: time.Second, Ambiguous: true,
		}
		var got []queue.Event
		collect := func(e *Event) { got = append(got, e.Tracked()) }
		events(&want, collect)
		require.Equal(t, []queue.Event{want}, got)

		got, want.To = nil, []queue.Recipient{{Index: 4, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "postmaster"}}}}
		events(&want, collect)
		require.Equal(t, []queue.Event{want}, got)
	}
}

// What somebody has written by hand is told as it can be.
func TestTrackedOdd(t *testing.T) {
	e := Event{Index: 0, Sender: "a b@c d", Recipient: "a b", Reply: "no reply"}
	got := e.Tracked()
	require.Equal(t, smtp.Path{Local: "a b", Domain: "c d"}, got.Sender)
	require.Equal(t, smtp.Path{Local: "a b"}, got.To[0].Path)
	require.Zero(t, got.Reply)
	for reply, want := range map[string]smtp.Reply{
		"55":                      {},
		"550":                     {Code: 550},
		"550 5.1 x":               {Code: 550, Text: "5.1 x"},
		"550 9.1.1 x":             {Code: 550, Text: "9.1.1 x"},
		"550-5.1.1 a\nb":          {Code: 550, Enhanced: smtp.Enhanced{5, 1, 1}, Text: "a\nb"},
		"550 5.1.1 a 550 5.1.1 b": {Code: 550, Enhanced: smtp.Enhanced{5, 1, 1}, Text: "a 550 5.1.1 b"},
	} {
		require.Equal(t, want, parseReply(reply), reply)
	}
}

// FuzzReply reads any reply. Stable: told and read again, it is the same.
func FuzzReply(f *testing.F) {
	f.Add("550-5.1.1 no such\n550 5.1.1 user")
	f.Add("421 1.2.3.4 is busy\n\n421")
	f.Add("550 x\n550 5.1.1 y")
	f.Fuzz(func(t *testing.T, s string) {
		r := parseReply(parseReply(s).Error()) // which makes what no reply can hold spaces
		require.Equal(t, r, parseReply(r.Error()), "Stable")
	})
}
