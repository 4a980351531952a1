package serve

import (
	"context"
	"errors"
)

// Shutdown closes the listeners, interrupts all conversations and waits until
// they are over, and every Handle with them. When ctx ends first, it aborts
// those that are left, waits for them all the same, and returns the context's
// error. A connection that still sends its PROXY header is cut at once.
// Otherwise the error is that of closing the listeners. Several calls may wait
// at once; after Close, Shutdown waits for what is left.
func (l *Life) Shutdown(ctx context.Context) error {
	began, err := l.drain()
	if began {
		l.callEach(interrupt)
	}
	select {
	case <-l.drained:
		return err
	default:
	}
	select {
	case <-l.drained:
		return err
	case <-ctx.Done():
	}
	l.cut()
	<-l.drained
	return ctx.Err()
}

// Close closes the listeners and aborts all conversations. It does not wait for
// them; Shutdown after it does. The error is that of closing the listeners. To
// call it again does nothing.
func (l *Life) Close() error {
	_, err := l.drain()
	l.cut()
	return err
}

// drain makes sure that nothing begins any more. It says whether this call was
// the first.
func (l *Life) drain() (began bool, err error) {
	l.mu.Lock()
	l.ready()
	began = !l.stats.Draining
	if began {
		l.stats.Draining = true
		close(l.stop)
		l.checkDrained()
	}
	open := make([]*serving, 0, len(l.serving))
	for s := range l.serving {
		open = append(open, s)
	}
	l.mu.Unlock()
	var errs []error
	for _, s := range open {
		errs = append(errs, s.closeListener())
	}
	return began, errors.Join(errs...)
}

// cut ends the contexts of all Handles, and aborts all members.
func (l *Life) cut() {
	l.mu.Lock()
	cancels := make([]context.CancelFunc, 0, len(l.serving))
	for s := range l.serving {
		cancels = append(cancels, s.cancel)
	}
	l.mu.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
	l.callEach(abort)
}
