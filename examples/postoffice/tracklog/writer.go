package tracklog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A writer is the goroutine that has the file, and the only one that touches it.
type writer struct {
	log   *Log
	today date // as of the last look at the clock
	day   date // of file
	file  *os.File
}

// longestWait bounds the time between looks at the clock: who sleeps until
// midnight oversleeps if the clock is set, or the machine suspended.
const longestWait = time.Hour

// run ends when the Log is closed.
func (w *writer) run() {
	l := w.log
	defer close(l.done)
	due := time.NewTimer(l.delay)
	due.Stop()
	clock := time.NewTimer(w.untilMidnight())
	defer due.Stop()
	defer clock.Stop()
	for {
		select {
		case <-l.wake:
			due.Reset(l.delay)
		case <-due.C:
			w.write()
		case <-l.full:
			due.Stop()
			w.write()
		case written := <-l.flushes:
			w.write()
			close(written)
		case <-clock.C:
			w.turn()
			clock.Reset(w.untilMidnight())
		case <-l.closing:
			w.write()
			w.check("closing", w.closeFile())
			return
		}
	}
}

func (w *writer) untilMidnight() time.Duration {
	now := w.log.local()
	return max(time.Millisecond, min(longestWait, midnight(now).Sub(now)))
}

// turn begins a new day if there is one.
func (w *writer) turn() {
	today := dateOf(w.log.local())
	if today == w.today {
		return
	}
	w.write()
	w.today = today
	w.check("closing", w.closeFile())
	w.prune()
}

// prune removes old files.
func (w *writer) prune() {
	if w.log.days > 0 {
		w.check("removing old files", prune(w.log.dir, w.log.local(), w.log.days))
	}
}

func (w *writer) check(what string, err error) {
	if err != nil {
		w.log.logger.Error("tracklog: "+what+" failed", "err", err)
	}
}

// write writes what waits.
func (w *writer) write() {
	l := w.log
	l.mu.Lock()
	pending, lost := l.pending, l.lost
	l.pending, l.size, l.lost = nil, 0, 0
	l.mu.Unlock()
	var failed error
	for _, b := range pending {
		if err := w.append(b); err != nil {
			failed = cmp.Or(failed, err)
			lost += b.count
			w.check("closing", w.closeFile()) // the next one looks how the file ends
		}
	}
	if lost > 0 {
		if failed == nil {
			failed = errors.New("the disk is too slow")
		}
		l.logger.Error("tracklog: events are not in the message tracking log; look whether the disk is full, or fails",
			"events", lost, "dir", l.dir, "err", failed)
	}
}

// append writes lines into their file.
func (w *writer) append(b batch) error {
	if w.file == nil || w.day != b.day {
		if err := w.open(b.day); err != nil {
			return err
		}
	}
	_, err := w.file.Write(b.lines)
	return err
}

// open begins the file of a day, or goes on with it. If a crash has left the
// beginning of a line there, that stays a line of its own.
func (w *writer) open(day date) error {
	if err := w.closeFile(); err != nil {
		return err
	}
	f, err := os.OpenFile(day.file(w.log.dir), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := begin(f); err != nil {
		return errors.Join(err, f.Close())
	}
	w.day, w.file = day, f
	return nil
}

// begin makes a file end where a line may follow.
func begin(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		_, err = io.WriteString(f, header)
		return err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	if last[0] != '\n' {
		_, err = f.Write([]byte{'\n'})
	}
	return err
}

func (w *writer) closeFile() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	return err
}
