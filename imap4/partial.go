package imap4

import "strconv"

// bounds returns the part of a list of n that a window shows: from one index up
// to but not including another (RFC 9394, 3.1).
func (w *window) bounds(n int) (from, to int) {
	first, last := min(w.from, w.to), max(w.from, w.to)
	if first < 0 {
		first, last = int64(n)+first+1, int64(n)+last+1
	}
	return int(max(first, 1)) - 1, int(min(last, int64(n)))
}

// size is how many there can be in a window.
func (w *window) size() int64 { return max(w.from, w.to) - min(w.from, w.to) + 1 }

// of returns the part of a result that a window shows.
func (w *window) of(rows spans) spans {
	from, to := w.bounds(rows.len())
	if from >= to {
		return nil
	}
	if from > 0 {
		_, rows = rows.cut(from)
	}
	rows, _ = rows.cut(to - from)
	return rows
}

// appendTo appends the window as the client wrote it.
func (w *window) appendTo(b []byte) []byte {
	b = append(strconv.AppendInt(b, w.from, 10), ':')
	return strconv.AppendInt(b, w.to, 10)
}

// bounded returns the part of rows that a command works on: those of a window, and
// of those the last, as many as a command may work on. Where there are more, the
// code says how many were worked on, and the lowest UID of them (RFC 9738, 3.1).
func (c *Conn) bounded(rows spans, w *window) (_ spans, code string) {
	if w != nil {
		rows = w.of(rows)
	}
	limit, n := c.srv.limits().Messages, rows.len()
	if limit == 0 || n <= limit {
		return rows, ""
	}
	_, rows = rows.cut(n - limit)
	b := append([]byte(messageLimit(limit)), ' ')
	return rows, string(appendNumber(b, c.box.uids[rows[0].first]))
}

// limited adds to an answer how far a command came. If that has a code of its own,
// it is told before it (RFC 9738, 3.1).
func (c *Conn) limited(r Reply, more string) Reply {
	switch {
	case more == "":
	case r.Code == "" && r.Status == StatusOK:
		r.Code = more
	default:
		c.line("NO [" + more + "] " + c.text("too many messages for one command"))
	}
	return r
}

// tooMany is the refusal of what can be done to all messages or to none.
func tooMany(code string) Reply { return No(code, "too many messages for one command") }

// messageLimit is the code that says how many messages there can be at most.
func messageLimit(limit int) string {
	return string(appendNumber([]byte("MESSAGELIMIT "), limit))
}
