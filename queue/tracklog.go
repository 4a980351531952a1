package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Trackers tells all of them, in their order.
type Trackers []Tracker

// Track implements Tracker.
func (t Trackers) Track(ctx context.Context, e *Event) {
	for _, one := range t {
		one.Track(ctx, e)
	}
}

// A SlogTracker writes a record for each event and recipient, at level Info, and Warn for failures. A nil Logger is
// slog.Default.
type SlogTracker struct{ Logger *slog.Logger }

// Track implements Tracker.
func (t SlogTracker) Track(ctx context.Context, e *Event) {
	logger := cmp.Or(t.Logger, slog.Default())
	level := slog.LevelInfo
	if e.Kind == Failed {
		level = slog.LevelWarn
	}
	for _, to := range e.To {
		logger.Log(ctx, level, string(e.Kind),
			"message", e.Message, "message-id", e.MessageID, "about", e.About, "from", e.Sender.String(), "to", to.Path.String(), "recipient", to.Index,
			"route", e.Route, "remote", e.Remote, "reply", replyText(e), "latency", e.Latency, "octets", e.Size)
	}
}

// replyText is what was said, on one line; empty if nothing was.
func replyText(e *Event) string {
	if e.Reply.Code == 0 {
		return ""
	}
	return e.Reply.Error()
}

// A FileTracker writes the message tracking log: a file a day, by UTC, named YYYYMMDD.log, a line for each event and
// recipient. The fields are parted by tabs: time, event, message, about, recipient's number, sender, recipient, route,
// remote host, octets, milliseconds since the message was accepted, reply, Message-ID. The first line names them. Control characters
// and tabs within fields become spaces.
//
// Lines are written as they come and are not synced: the log is for people, the Store is what is durable.
type FileTracker struct {
	Dir    string
	Logger *slog.Logger // is told if the log cannot be written; nil is slog.Default

	mu   sync.Mutex
	day  string
	file io.WriteCloser
}

// trackFields heads each file.
const trackFields = "#time\tevent\tmessage\tabout\tindex\tfrom\tto\troute\tremote\toctets\tms\treply\tmessage-id\n"

// Track implements Tracker.
func (t *FileTracker) Track(ctx context.Context, e *Event) {
	var lines strings.Builder
	at := e.Time.UTC()
	for _, to := range e.To {
		for i, field := range []string{
			at.Format("2006-01-02T15:04:05.000Z"), string(e.Kind), e.Message, e.About, strconv.Itoa(to.Index),
			e.Sender.String(), to.Path.String(), e.Route, e.Remote, strconv.FormatInt(e.Size, 10),
			strconv.FormatInt(e.Latency.Milliseconds(), 10), replyText(e), e.MessageID,
		} {
			if i > 0 {
				lines.WriteByte('\t')
			}
			lines.WriteString(strings.Map(printable, field))
		}
		lines.WriteByte('\n')
	}
	if err := t.write(at, lines.String()); err != nil {
		cmp.Or(t.Logger, slog.Default()).ErrorContext(ctx, "queue: the message tracking log cannot be written", "err", err)
	}
}

// printable makes control characters spaces, and what Unicode calls the end of a line.
func printable(r rune) rune {
	if r < ' ' || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}

func (t *FileTracker) write(at time.Time, lines string) error {
	t.mu.Lock() // lines of one file are written one after the other
	defer t.mu.Unlock()
	if day := at.Format("20060102"); t.file == nil || day != t.day {
		if err := t.open(day); err != nil {
			return err
		}
	}
	_, err := io.WriteString(t.file, lines)
	return err
}

// open begins the file of a day, or goes on with it. The caller has the lock.
func (t *FileTracker) open(day string) error {
	if err := t.closeFile(); err != nil {
		return err
	}
	name := filepath.Join(t.Dir, day+".log")
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Size() == 0 {
		_, err = io.WriteString(f, trackFields)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	t.day, t.file = day, f
	return nil
}

func (t *FileTracker) closeFile() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	if err != nil {
		return fmt.Errorf("queue: message tracking log: %w", err)
	}
	return nil
}

// Close closes the file.
func (t *FileTracker) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closeFile()
}
