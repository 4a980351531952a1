package metrics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"

	"github.com/wirepost/wirepost/queue"
)

// Writable checks that a file can be written in the folder, down to the disk.
func Writable(name, dir string) Check {
	return Check{
		Name:   name,
		Remedy: "see that " + dir + " exists, belongs to the server's user, and is on a disk that is not full or read-only",
		Run:    func(context.Context) error { return tryWrite(dir) },
	}
}

func tryWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString("ready\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// DiskSpace checks that the disk of the folder has that many octets for the
// server's user.
func DiskSpace(name, dir string, floor uint64) Check {
	return Check{
		Name:   name,
		Remedy: fmt.Sprintf("make room on the disk of %s, or move the data folder to a larger one", dir),
		Run: func(context.Context) error {
			free, err := freeSpace(dir)
			if err != nil {
				return fmt.Errorf("room on the disk of %s: %w", dir, err)
			}
			if free < floor {
				return fmt.Errorf("%d MiB are free, less than %d", free>>20, floor>>20)
			}
			return nil
		},
	}
}

// Listening checks that connections are taken at all addresses ("host:port", by
// the name of the service), by making one each and hanging up: servers count
// them. An empty list fails.
func Listening(name string, addresses func() map[string]string) Check {
	return Check{
		Name:   name,
		Remedy: "look in the log why the service ended, and start the server again",
		Run: func(ctx context.Context) error {
			all := addresses()
			if len(all) == 0 {
				return errors.New("nothing listens")
			}
			var dialer net.Dialer
			for _, service := range slices.Sorted(maps.Keys(all)) {
				conn, err := dialer.DialContext(ctx, "tcp", all[service])
				if err != nil {
					return fmt.Errorf("%s: %w", service, err)
				}
				if err := conn.Close(); err != nil {
					return fmt.Errorf("%s: %w", service, err)
				}
			}
			return nil
		},
	}
}

// QueueRunning checks that the queue's store answers, and that the queue runs,
// as running tells; nil is not asked.
func QueueRunning(name string, snapshot func(context.Context) (*queue.Snapshot, error), running func() bool) Check {
	return Check{
		Name:   name,
		Remedy: "look in the log why the queue ended, and start the server again; no mail is lost",
		Run: func(ctx context.Context) error {
			if running != nil && !running() {
				return errors.New("the queue does not send")
			}
			_, err := snapshot(ctx)
			return err
		},
	}
}
