package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A notifier tells the service manager, if one has started the server, when it is ready, reads its
// configuration again and stops, and that it is alive (sd_notify(3)).
type notifier struct {
	socket string        // "": there is none
	every  time.Duration // it wants to hear of us; 0: it does not
	log    *slog.Logger
}

// newNotifier finds out who wants to know. Nobody whom we start would: he is not told where.
func newNotifier(log *slog.Logger) *notifier {
	n := &notifier{socket: os.Getenv("NOTIFY_SOCKET"), every: watchdog(), log: log}
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		os.Unsetenv(name)
	}
	return n
}

// watchdog is how often the manager wants to hear of us, 0 if it does not.
func watchdog() time.Duration {
	us, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := os.Getenv("WATCHDOG_PID")
	if err != nil || us <= 0 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(us) * time.Microsecond / 2
}

// while tells of a server, which is ready, while it serves.
func (n *notifier) while(ctx context.Context, status string, serve func() error) error {
	if n.socket == "" {
		return serve()
	}
	n.ready(status)
	ended := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() { n.run(ctx, ended) })
	err := serve()
	close(ended)
	telling.Wait()
	return err
}

func (n *notifier) run(ctx context.Context, ended <-chan struct{}) {
	var tick <-chan time.Time
	if n.every > 0 {
		ticker := time.NewTicker(n.every)
		defer ticker.Stop()
		tick = ticker.C
	}
	stopping := ctx.Done()
	for {
		select {
		case <-ended:
			return
		case <-stopping:
			n.tell("STOPPING=1", "STATUS=Conversations come to an end")
			stopping = nil
		case <-tick:
			n.tell("WATCHDOG=1")
		}
	}
}

// ready tells that all is as it shall be, or what is to be told of it.
func (n *notifier) ready(status string) {
	n.tell("READY=1", "STATUS="+strings.Join(strings.Fields(status), " "))
}

// reloading tells that the configuration is read again, until ready. The manager takes note of the time,
// by a clock that both have.
func (n *notifier) reloading() {
	if at, ok := monotonic(); ok {
		n.tell("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(at.Microseconds(), 10))
	}
}

// tell sends assignments in one message.
func (n *notifier) tell(what ...string) {
	if n.socket == "" {
		return
	}
	name := n.socket
	if name[0] == '@' {
		name = "\x00" + name[1:] // of the abstract namespace
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err == nil {
		_, err = c.Write([]byte(strings.Join(what, "\n")))
		c.Close()
	}
	if err != nil {
		n.log.Warn("the service manager was not told", "what", what[0], "err", fmt.Errorf("NOTIFY_SOCKET: %w", err))
	}
}
