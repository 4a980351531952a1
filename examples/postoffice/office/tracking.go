package office

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/queue"
)

// openTracking opens the message tracking log.
func openTracking(dir string, log *slog.Logger) (*queue.FileTracker, error) {
	folder := filepath.Join(dir, trackDir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("message tracking log: %w", err)
	}
	return &queue.FileTracker{Dir: folder, Logger: log}, nil
}

// Track writes what the message tracking log of a data folder says of a
// message, and of the reports about it: its lines, in their order, with the
// line that names their fields. A server may be running or not. It is an error
// if there is none.
func Track(ctx context.Context, w io.Writer, dir, message string) error {
	files, err := filepath.Glob(filepath.Join(dir, trackDir, "*.log"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no message tracking log in %s; name the data folder with -data", dir)
	}
	slices.Sort(files)
	found := 0
	for _, name := range files {
		n, err := trackIn(ctx, w, name, message, found == 0)
		if err != nil {
			return fmt.Errorf("message tracking log: %w", err)
		}
		found += n
	}
	if found == 0 {
		return fmt.Errorf("no message %s is in the message tracking log", message)
	}
	return nil
}

// The fields of a line that name messages.
const (
	trackMessage = 2
	trackAbout   = 3
)

// trackIn prints the lines of one file.
func trackIn(ctx context.Context, w io.Writer, name, message string, first bool) (n int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for ctx.Err() == nil {
		line, err := lines.ReadString('\n')
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#") && first:
			if _, err := io.WriteString(w, line); err != nil {
				return n, err
			}
			first = false
		case len(fields) > trackAbout && (fields[trackMessage] == message || fields[trackAbout] == message):
			if _, err := io.WriteString(w, line); err != nil {
				return n, err
			}
			n++
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, ctx.Err()
}
