package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// notified runs the server, and tells the service manager, if one has started it, when it is ready,
// that it is alive, and when it stops (sd_notify(3)).
func notified(ctx context.Context, log *slog.Logger, serve func() error) error {
	n := &notifier{socket: os.Getenv("NOTIFY_SOCKET"), log: log}
	if n.socket == "" {
		return serve()
	}
	ended := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() { n.run(ctx, ended, watchdog()) })
	err := serve()
	close(ended)
	telling.Wait()
	return err
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

// A notifier tells the service manager.
type notifier struct {
	socket string
	log    *slog.Logger
}

func (n *notifier) run(ctx context.Context, ended <-chan struct{}, every time.Duration) {
	n.tell("READY=1")
	var tick <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		tick = ticker.C
	}
	stopping := ctx.Done()
	for {
		select {
		case <-ended:
			return
		case <-stopping:
			n.tell("STOPPING=1")
			stopping = nil
		case <-tick:
			n.tell("WATCHDOG=1")
		}
	}
}

func (n *notifier) tell(what string) {
	name := n.socket
	if name[0] == '@' {
		name = "\x00" + name[1:] // of the abstract namespace
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err == nil {
		_, err = c.Write([]byte(what))
		c.Close()
	}
	if err != nil {
		n.log.Warn("the service manager was not told", "what", what, "err", fmt.Errorf("NOTIFY_SOCKET: %w", err))
	}
}
