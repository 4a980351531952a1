package tracklog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// Options say where a Log is and how long its files are kept.
type Options struct {
	Dir string // the folder; it is made if need be

	// Days is how many days are kept, of which today is one; older files are
	// removed when a day begins, and by Open. 0 is 30, below 0 is for ever.
	Days int

	// Delay is how long an event may be in memory only; 0 is 50 ms.
	Delay time.Duration

	Location *time.Location   // whose midnight begins a file; nil is time.Local
	Now      func() time.Time // nil is time.Now
	Logger   *slog.Logger     // is told if the log cannot be written; nil is slog.Default
}

// Defaults.
const (
	defaultDays  = 30
	defaultDelay = 50 * time.Millisecond
)

// What may wait in memory, in octets.
const (
	enoughPending = 256 << 10 // is written without delay
	maxPending    = 16 << 20  // more is lost, so that a disk that hangs costs no more than this
)

// A Log writes the message tracking log. It is a queue.Tracker. Its methods are
// safe for concurrent use.
//
// Lines are not synced: the log is for people, the queue's Store is what is
// durable. What a crash may cost is what Delay has kept, and the end of a line,
// which readers pass over.
type Log struct {
	dir      string
	days     int
	delay    time.Duration
	location *time.Location
	now      func() time.Time
	logger   *slog.Logger

	buffers sync.Pool // of *[]byte, for lines in the making

	mu      sync.Mutex // guards what follows; not held over I/O
	pending []batch
	size    int
	lost    int // events since the last write
	closed  bool

	wake    chan struct{}      // something waits
	full    chan struct{}      // enough waits
	flushes chan chan struct{} // closed when what waited was written
	closing chan struct{}
	done    chan struct{} // closed when the writer has ended
}

// A batch is lines for one file.
type batch struct {
	day   date
	lines []byte
	count int
}

// Open opens the log, and begins it if need be.
func Open(o Options) (*Log, error) {
	if o.Dir == "" {
		return nil, errors.New("tracklog: no folder is set; set Options.Dir")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("tracklog: %w", err)
	}
	l := &Log{
		dir:      o.Dir,
		days:     cmp.Or(o.Days, defaultDays),
		delay:    cmp.Or(max(0, o.Delay), defaultDelay),
		location: cmp.Or(o.Location, time.Local),
		now:      o.Now,
		logger:   cmp.Or(o.Logger, slog.Default()),
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
		wake:     make(chan struct{}, 1),
		full:     make(chan struct{}, 1),
		flushes:  make(chan chan struct{}),
		closing:  make(chan struct{}),
		done:     make(chan struct{}),
	}
	if l.now == nil {
		l.now = time.Now
	}
	w := &writer{log: l, today: dateOf(l.local())}
	w.prune()
	go w.run()
	return l, nil
}

func (l *Log) local() time.Time { return l.now().In(l.location) }

// Track implements queue.Tracker. It does not wait for the disk.
func (l *Log) Track(ctx context.Context, e *queue.Event) {
	buf := l.buffers.Get().(*[]byte)
	*buf = (*buf)[:0]
	count := 0
	events(e, func(one *Event) {
		*buf = appendLine(*buf, one)
		count++
	})
	if !l.add(dateOf(l.local()), *buf, count) {
		l.logger.ErrorContext(ctx, "tracklog: the log is closed; this event is not in it", "event", e.Kind, "message", e.Message)
	}
	if cap(*buf) <= enoughPending {
		l.buffers.Put(buf)
	}
}

// add has lines written. It reports whether the log is open.
func (l *Log) add(day date, lines []byte, count int) (open bool) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return false
	}
	if l.size+len(lines) > maxPending {
		l.lost += count
		l.mu.Unlock()
		return true
	}
	if n := len(l.pending); n == 0 || l.pending[n-1].day != day {
		l.pending = append(l.pending, batch{day: day})
	}
	last := &l.pending[len(l.pending)-1]
	last.lines = append(last.lines, lines...)
	last.count += count
	before := l.size
	l.size += len(lines)
	first, enough := before == 0, before < enoughPending && l.size >= enoughPending
	l.mu.Unlock()
	if first {
		signal(l.wake)
	}
	if enough {
		signal(l.full)
	}
	return true
}

// signal does not wait: one that was not heard yet is as good.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Flush has what was tracked written, and waits until it was.
func (l *Log) Flush() {
	written := make(chan struct{})
	select {
	case l.flushes <- written:
		<-written
	case <-l.done:
	}
}

// Close writes what waits, and ends. Later calls do nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if !again {
		close(l.closing)
	}
	<-l.done
	return nil
}

// Search is Search in the Log's folder, of all that was tracked before.
func (l *Log) Search(ctx context.Context, q Query) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		l.Flush()
		Search(ctx, l.dir, q)(yield)
	}
}

// Path is Path in the Log's folder, with all that was tracked before.
func (l *Log) Path(ctx context.Context, id string) ([]Event, error) {
	l.Flush()
	return Path(ctx, l.dir, id)
}
