package rvp

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// openClient is a client that is logged on, as far as its listener sees.
func openClient(events func(ClientEvent)) (*Client, *door) {
	c := &Client{User: "anna@example.test", Events: events}
	c.start()
	l, _ := c.begin()
	c.become(Node{"im.example.test", "anna"})
	c.mu.Lock()
	c.addContact(Node{"im.example.test", "ben"})
	l.open = true
	c.mu.Unlock()
	return c, &door{client: c, path: "/"}
}

func notifyChange(from, to string, s State) []byte {
	n := Notification{
		From: Contact{Node: Node{"im.example.test", from}}, To: []Contact{{Node: Node{"im.example.test", to}}},
		Change: []Property{StateProperty(s)},
	}
	return n.Append(nil)
}

func notifyMessage(from, to string, m Message) []byte {
	n := Notification{
		From: Contact{Node: Node{"im.example.test", from}}, To: []Contact{{Node: Node{"im.example.test", to}}},
		MIME: m.Append(nil),
	}
	return n.Append(nil)
}

// FuzzListener gives the listener any request. Properties:
//
//	Answered: the status is one of those that are documented, and the answer has version and length.
//	Told: an event comes only of what was answered 200, one at most.
//	Named: a message has a sender and a conversation, of at most maxMembers others, none of them the user.
//	Bounded: no more conversations are kept than maxTalks.
//	Watched: no contact comes or goes.
func FuzzListener(f *testing.F) {
	for _, body := range [][]byte{
		notifyChange("ben", "anna", Busy),
		notifyChange("eve", "anna", Busy),
		notifyMessage("ben", "anna", Message{Body: []byte("hello"), Session: "{7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}"}),
		notifyMessage("ben", "anna", Message{Type: typeLeave, Session: "{7B1E4C62-5D0A-4C93-9A77-1F2E3D4C5B6A}"}),
		notifyMessage("ben", "cleo", Message{Body: []byte("hello")}),
		[]byte("<r:notification/>"), nil,
	} {
		for _, line := range []string{
			"NOTIFY / HTTP/1.1", "NOTIFY http://im.example.test/instmsg/aliases/anna HTTP/1.1", "NOTIFY /instmsg/aliases/anna HTTP/1.0", "GET * HTTP/1.1",
		} {
			f.Add(fmt.Appendf(nil, "%s\r\nHost: im.example.test\r\nRVP-From-Principal: im.example.test\r\nContent-Length: %d\r\n\r\n%s", line, len(body), body))
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(octets)))
		if err != nil {
			return
		}
		told := make(chan ClientEvent, 4)
		c, d := openClient(func(e ClientEvent) { told <- e })
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		require.Contains(t, []int{200, 400, 403, 404, 412, 413, 500, 501}, w.Code, "Answered")
		var header strings.Builder
		require.NoError(t, w.Header().Write(&header))
		require.Contains(t, header.String(), "RVP-Notifications-Version: 0.2\r\n", "Answered")
		require.Equal(t, "0", w.Header().Get("Content-Length"), "Answered")
		c.queue.mu.Lock()
		expect := c.queue.running || len(told) > 0
		c.queue.mu.Unlock()
		if expect {
			require.Equal(t, 200, w.Code, "Told")
			if m, ok := (<-told).(*MessageEvent); ok {
				require.NotEqual(t, Node{}, m.From.Node, "Named")
				_, ok := ParseSession(string(m.Conversation.Session()))
				require.True(t, ok, "Named")
				require.LessOrEqual(t, len(m.Conversation.Members()), maxMembers, "Named")
				require.NotContains(t, m.Conversation.Members(), c.Node(), "Named")
			}
		}
		require.LessOrEqual(t, len(c.talks.entries), maxTalks, "Bounded")
		require.Len(t, c.contacts, 2, "Watched")
	})
}

// Somebody who begins more conversations than are kept has the oldest forgotten.
func TestConversationsAreBounded(t *testing.T) {
	c, _ := openClient(nil)
	for range maxTalks + 10 {
		require.Equal(t, 200, c.take("", notifyMessage("ben", "anna", Message{Session: NewSession()}), 1))
	}
	require.Len(t, c.talks.entries, maxTalks)
	require.Len(t, c.latest.entries, 1)

	// Nor are there more members than that, whoever names them.
	n := Notification{From: Contact{Node: Node{"h", "ben"}}, To: []Contact{{Node: Node{"im.example.test", "anna"}}}}
	for i := range 1000 {
		n.To = append(n.To, Contact{Node: Node{"h", fmt.Sprint("user", i)}})
	}
	s := NewSession()
	n.MIME = (&Message{Session: s}).Append(nil)
	require.Equal(t, 200, c.take("", n.Append(nil), 1))
	v, ok := c.talks.get(s)
	require.True(t, ok)
	require.Len(t, v.Members(), maxMembers)
}

// A message without Session-Id belongs to the last conversation with its sender alone.
func TestMessageWithoutSession(t *testing.T) {
	var got []Session
	told := make(chan struct{})
	c, _ := openClient(func(e ClientEvent) {
		m, _ := e.(*MessageEvent)
		got = append(got, m.Conversation.Session())
		told <- struct{}{}
	})
	body := notifyMessage("ben", "anna", Message{Body: []byte("hello")})
	for range 2 {
		require.Equal(t, 200, c.take("", body, 1))
		<-told
	}
	v := c.Converse(Node{"im.example.test", "ben"})
	require.Equal(t, 200, c.take("", body, 1))
	<-told
	require.Equal(t, got[0], got[1])
	require.Equal(t, v.Session(), got[2])
}

// Notifications that a client handles, without the network.
func BenchmarkListener(b *testing.B) {
	for _, bench := range []struct {
		name   string
		bodies [][]byte
	}{
		{"change", [][]byte{notifyChange("ben", "anna", Busy), notifyChange("ben", "anna", Away)}},
		{"message", [][]byte{notifyMessage("ben", "anna", Message{Body: []byte(strings.Repeat("See you at noon? ", 4)), Session: NewSession()})}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			_, d := openClient(nil)
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.bodies[0])))
			for i := 0; b.Loop(); i++ {
				body := bench.bodies[i%len(bench.bodies)]
				r, _ := http.NewRequestWithContext(context.Background(), "NOTIFY", "http://192.0.2.1:4000/", bytes.NewReader(body))
				if status := d.take(r); status != 200 {
					b.Fatal(status)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
		})
	}
}

// Notifications over a connection of their own each, as servers send them.
func BenchmarkListenerConnections(b *testing.B) {
	c, _ := openClient(nil)
	d, err := c.listen(b.Context(), netip.MustParseAddr("127.0.0.1"), func() {})
	require.NoError(b, err)
	b.Cleanup(d.close)
	courier := newCourier(courierConfig{limits: Limits{}.filled(), policy: CallBackPolicy{}, locator: &Locator{}, names: []string{"im.example.test"}})
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = courier.close(ctx)
	})
	bodies := [][]byte{notifyChange("ben", "anna", Busy), notifyChange("ben", "anna", Away)}
	done := make(chan outcome, 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := parcel{to: d.url, client: true, from: "im.example.test", hops: 1, body: bodies[i%2], done: func(o outcome) { done <- o }}
		require.NoError(b, courier.post(p))
		if o := <-done; o.status != 200 {
			b.Fatal(o)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
}
