package tracklog

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

var noon = time.Date(2003, 4, 1, 12, 0, 0, 123456000, time.UTC)

func full() Event {
	return Event{
		Time: noon, Kind: queue.Failed, Message: "m1", MessageID: "0@x", About: "m0", Index: 3, Sender: "a@a.example", Recipient: "b@b.example",
		Route: "b.example", Remote: "mx.b.example", Size: 7, Latency: 1500 * time.Millisecond,
		Reply: "550-5.1.1 no such\n550 5.1.1 user", Item: "i1", Source: "192.0.2.1", Ambiguous: true,
	}
}

func TestLine(t *testing.T) {
	e := full()
	const want = "2003-04-01T12:00:00.123456Z\tFAIL\tm1\tm0\t3\ta@a.example\tb@b.example\tb.example\tmx.b.example\t7\t1500\t" +
		`550-5.1.1 no such\n550 5.1.1 user` + "\ti1\t192.0.2.1\t<0@x\t1\n"
	require.Equal(t, want, string(appendLine(nil, &e)))
	got, ok := parseLine(strings.TrimSuffix(want, "\n"))
	require.True(t, ok)
	require.Equal(t, e, got)
	require.Equal(t, strings.Count(header, "\t"), strings.Count(want, "\t"))
}

// What a crash has cut short is no record, wherever it was cut.
func TestLineCutShort(t *testing.T) {
	e := full()
	line := strings.TrimSuffix(string(appendLine(nil, &e)), "\n")
	for i := range len(line) {
		_, ok := parseLine(line[:i])
		require.False(t, ok, "%q", line[:i])
	}
}

func TestOldLine(t *testing.T) {
	got, ok := parseLine("2003-04-01T12:00:00.123Z\tFAIL\tm\t\t1\ta@a.example\tc\\d@b.example\tr\tmx\t7\t1500\t550 5.1.1 no")
	require.True(t, ok)
	require.Equal(t, Event{
		Time: noon.Truncate(time.Millisecond), Kind: queue.Failed, Message: "m", Index: 1, Sender: "a@a.example",
		Recipient: `c\d@b.example`, Route: "r", Remote: "mx", Size: 7, Latency: 1500 * time.Millisecond, Reply: "550 5.1.1 no",
	}, got)
}

// Lines from before Message-IDs were kept, and those of queue.FileTracker that have one.
func TestLineWithoutMessageID(t *testing.T) {
	want := full()
	line := strings.Replace(strings.TrimSuffix(string(appendLine(nil, &want)), "\n"), "\t<0@x", "", 1)
	want.MessageID = ""
	got, ok := parseLine(line)
	require.True(t, ok)
	require.Equal(t, want, got)
	got, ok = parseLine("2003-04-01T12:00:00.123Z\tFAIL\tm\t\t1\ta@a.example\tc@b.example\tr\tmx\t7\t1500\t550 5.1.1 no\ti@x")
	require.True(t, ok)
	require.Equal(t, "i@x", got.MessageID)
}

// A message is found by either ID, and by no part of one.
func TestByMessageID(t *testing.T) {
	e := full()
	line := []byte(strings.TrimSuffix(string(appendLine(nil, &e)), "\n"))
	for _, tt := range []struct {
		q    Query
		want bool
	}{
		{Query{MessageID: "0@x"}, true},
		{Query{MessageID: "0"}, false},
		{Query{MessageID: "m1"}, false},
		{Query{Message: "0@x"}, false},
		{Query{Message: "m1", MessageID: "m1"}, true},
		{Query{Message: "0@x", MessageID: "0@x"}, true},
		{Query{Message: "m1", MessageID: "y@x"}, true},
		{Query{Message: "m2", MessageID: "0@x"}, true},
		{Query{Message: "m2", MessageID: "y@x"}, false},
	} {
		_, found := newSieve(tt.q).event(line)
		require.Equal(t, tt.want, found, "%+v", tt.q)
	}
}

func TestNoLine(t *testing.T) {
	e := full()
	good := strings.TrimSuffix(string(appendLine(nil, &e)), "\n")
	for _, bad := range []string{
		"", strings.TrimSuffix(header, "\n"), good + "\t", good + "0",
		strings.Replace(good, "\t7\t", "\tseven\t", 1), strings.Replace(good, "\t1500\t", "\t9223372036854775807\t", 1),
		strings.Replace(good, "\t3\t", "\t\t", 1), strings.Replace(good, "04-01", "04-31", 1),
		strings.Replace(good, "m1", `m\`, 1), strings.Replace(good, "m1", `m\x0`, 1), strings.Replace(good, "m1", `m\x0g`, 1),
		strings.Replace(good, "m1", `m\q`, 1),
	} {
		_, ok := parseLine(bad)
		require.False(t, ok, "%q", bad)
	}
}

func TestEvents(t *testing.T) {
	e := &queue.Event{
		Time: noon, Kind: queue.Deferred, Message: "m", Reply: smtp.R(450, smtp.Enhanced{4, 2, 0}, "later"),
		To: []queue.Recipient{
			{Index: 0, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "b", Domain: "b.example"}}},
			{Index: 2, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "c d", Domain: "b.example"}}},
		},
	}
	var to []string
	events(e, func(e *Event) {
		require.Equal(t, "450 4.2.0 later", e.Reply)
		to = append(to, e.Recipient)
	})
	require.Equal(t, []string{"b@b.example", `"c d"@b.example`}, to)
	e.To, e.Reply = nil, smtp.Reply{}
	events(e, func(e *Event) {
		require.Equal(t, Event{Time: noon, Kind: queue.Deferred, Message: "m", Index: -1}, *e)
		to = append(to, "nobody")
	})
	require.Len(t, to, 3)
}

func TestLongField(t *testing.T) {
	e := Event{Time: noon, Message: strings.Repeat("\x00", 3*maxField), Reply: "a" + strings.Repeat("ä", maxField)}
	line := appendLine(nil, &e)
	require.Less(t, len(line), maxLine)
	got, ok := parseLine(strings.TrimSuffix(string(line), "\n"))
	require.True(t, ok)
	require.Equal(t, strings.Repeat("\x00", maxField), got.Message)
	require.Equal(t, "a"+strings.Repeat("ä", maxField/2-1), got.Reply)
	e = Event{Time: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)}
	require.True(t, bytes.HasPrefix(appendLine(nil, &e), []byte("0001-01-01T00:00:00.000000Z\t")))
}

// FuzzEvent writes an event and reads it. OneLine: it is one line, of printable
// UTF-8 and tabs. RoundTrip: what is read is what was written, but for what is
// longer than a field may be. Found: a search for any of its parts finds it.
func FuzzEvent(f *testing.F) {
	f.Add(noon.UnixMicro(), "FAIL", "m1", "a@a.example", "B@b.example", "550-no\r\n550 such\tuser", int64(7), int64(1500), 3, true)
	f.Add(int64(0), "", "\x00\x7f\u0085\u2028\\n\\", "\xff\xfe", "ä\ufffd", ".\n.\r", int64(-1), int64(-1), -1, false)
	f.Fuzz(func(t *testing.T, at int64, kind, message, sender, recipient, reply string, size, ms int64, index int, ambiguous bool) {
		const maxMicro = 253_402_300_799_999_999 // the year 9999
		e := Event{
			Time: time.UnixMicro(max(0, min(at, maxMicro))).UTC(), Kind: queue.EventKind(cut(kind)), Message: cut(message), MessageID: cut(message), About: cut(kind),
			Index: int(int32(index)), Sender: cut(sender), Recipient: cut(recipient), Route: cut(recipient), Remote: cut(sender),
			Size: size, Latency: time.Duration(ms%1e12) * time.Millisecond, Reply: cut(reply), Item: cut(message), Source: cut(reply),
			Ambiguous: ambiguous,
		}
		line := appendLine(nil, &e)
		require.Equal(t, len(line)-1, bytes.IndexByte(line, '\n'), "OneLine")
		line = line[:len(line)-1]
		require.False(t, bytes.ContainsFunc(line, func(r rune) bool { return r != '\t' && isControl(r) }), "OneLine")
		require.Equal(t, string(line), strings.ToValidUTF8(string(line), ""), "OneLine")
		got, ok := parseLine(string(line))
		require.True(t, ok, "RoundTrip")
		require.Equal(t, e, got, "RoundTrip")
		s := newSieve(Query{
			From: e.Time, To: e.Time.Add(1), Sender: strings.ToUpper(cut(sender)), Recipient: e.Recipient, Remote: e.Remote,
			Message: e.Message, MessageID: e.MessageID, Item: e.Item, Kinds: []queue.EventKind{e.Kind},
		})
		if s.query.allows(&e) { // unless ToUpper changed more than ASCII
			_, ok = s.event(line)
			require.True(t, ok, "Found")
		}
	})
}

// FuzzLine reads any line. Stable: what is read, written and read again is the
// same.
func FuzzLine(f *testing.F) {
	e := full()
	f.Add(strings.TrimSuffix(string(appendLine(nil, &e)), "\n"))
	f.Add("2003-04-01T12:00:00.123Z\tFAIL\tm\t\t1\ta@a.example\tc\\d@b.example\tr\tmx\t7\t1500\t550 5.1.1 no")
	f.Add("2003-04-01T12:00:00.123456Z\t\\x41\t\\\\\t\\n\t-1\t\t\t\t\t-7\t-1500\t\t\t\t0")
	f.Fuzz(func(t *testing.T, line string) {
		e, ok := parseLine(line)
		if !ok || len(line) > maxField {
			return
		}
		again, ok := parseLine(strings.TrimSuffix(string(appendLine(nil, &e)), "\n"))
		require.True(t, ok)
		require.Equal(t, e, again, "Stable")
	})
}
