package tracklog

import (
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// header names the fields. It is a file's first line.
const header = "#time\tevent\tmessage\tabout\tindex\tfrom\tto\troute\tremote\toctets\tms\treply\titem\tsource\tmessage-id\tambiguous\n"

// The forms of a line: ours, and that of queue.FileTracker, each with a
// Message-ID and as it was before there was one. They differ in the time too, so
// that no line that was cut short in one form passes for the other. The last
// field of ours is never empty, and no Message-ID, which has a mark in front, so
// that none passes for whole.
const (
	fields          = 16
	withoutID       = 15
	oldFields       = 13
	oldFieldsNoID   = 12
	messageIDMarker = "<"

	timeForm    = "2006-01-02T15:04:05.000000Z"
	oldTimeForm = "2006-01-02T15:04:05.000Z"
)

// maxLine is what a line can be at most: each octet of a field may take four.
const maxLine = fields * (4*maxField + 1)

const _ = uint(window - maxLine) // a reader has room for it

// appendLine appends e as a line, with the LF behind it.
func appendLine(b []byte, e *Event) []byte {
	b = appendTime(b, e.Time)
	for _, s := range [...]string{string(e.Kind), e.Message, e.About} {
		b = appendField(append(b, '\t'), s)
	}
	b = strconv.AppendInt(append(b, '\t'), int64(e.Index), 10)
	for _, s := range [...]string{e.Sender, e.Recipient, e.Route, e.Remote} {
		b = appendField(append(b, '\t'), s)
	}
	b = strconv.AppendInt(append(b, '\t'), e.Size, 10)
	b = strconv.AppendInt(append(b, '\t'), e.Latency.Milliseconds(), 10)
	for _, s := range [...]string{e.Reply, e.Item, e.Source} {
		b = appendField(append(b, '\t'), s)
	}
	b = append(b, '\t')
	if e.MessageID != "" {
		b = appendField(append(b, messageIDMarker...), e.MessageID)
	}
	ambiguous := byte('0')
	if e.Ambiguous {
		ambiguous = '1'
	}
	return append(b, '\t', ambiguous, '\n')
}

// appendTime appends t in a form whose octets sort as the times do. A time
// that the form has no room for becomes the zero time.
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		t = time.Time{}
	}
	return t.AppendFormat(b, timeForm)
}

// parseLine reads a line without its LF. It reports whether the line is a
// record: headings, and what a crash has cut short, are not.
func parseLine(line string) (e Event, ok bool) {
	var f [fields]string
	n := 0
	for rest, more := line, true; more; n++ {
		if n == fields {
			return Event{}, false
		}
		f[n], rest, more = strings.Cut(rest, "\t")
	}
	form := timeForm
	ours := n == fields || n == withoutID
	if !ours {
		form = oldTimeForm
	}
	if !ours && n != oldFields && n != oldFieldsNoID || len(f[0]) != len(form) {
		return Event{}, false
	}
	var err error
	if e.Time, err = time.Parse(form, f[0]); err != nil {
		return Event{}, false
	}
	if ours {
		for i := range f {
			if f[i], ok = unescape(f[i]); !ok {
				return Event{}, false
			}
		}
	}
	if !e.setNumbers(f[4], f[9], f[10]) {
		return Event{}, false
	}
	e.Kind, e.Message, e.About = queue.EventKind(f[1]), f[2], f[3]
	e.Sender, e.Recipient, e.Route, e.Remote, e.Reply = f[5], f[6], f[7], f[8], f[11]
	if !ours {
		e.MessageID = f[12]
		return e, true
	}
	e.Item, e.Source = f[12], f[13]
	last := f[n-1]
	if n == fields {
		id, marked := strings.CutPrefix(f[14], messageIDMarker)
		if e.MessageID = id; !marked && f[14] != "" {
			return Event{}, false
		}
	}
	e.Ambiguous = last == "1"
	return e, e.Ambiguous || last == "0"
}

// setNumbers reads the fields that are numbers.
func (e *Event) setNumbers(index, size, ms string) bool {
	const maxMS = int64(1<<63-1) / int64(time.Millisecond)
	i, err := strconv.ParseInt(index, 10, 32)
	if err != nil {
		return false
	}
	e.Index = int(i)
	if e.Size, err = strconv.ParseInt(size, 10, 64); err != nil {
		return false
	}
	took, err := strconv.ParseInt(ms, 10, 64)
	e.Latency = time.Duration(took) * time.Millisecond
	return err == nil && -maxMS <= took && took <= maxMS
}
