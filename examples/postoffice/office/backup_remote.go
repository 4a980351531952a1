package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// The archive is streamed through the socket, and who asks for it writes the file: where the server
// may write is not where an administrator may. Its end is told by a trailer.
const (
	totalHeader  = "Postoffice-Octets"
	failedHeader = "Postoffice-Failed"
	wholeHeader  = "Postoffice-Whole"
)

// add has the socket serve more.
func (c *control) add(more func(*http.ServeMux)) {
	if mux, ok := c.server.Handler.(*http.ServeMux); ok {
		more(mux)
	}
}

func controlBackups(b manage.Backups) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("POST /backup", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/x-tar")
			w.Header().Set("Trailer", failedHeader+", "+wholeHeader)
			begun := &beginning{ResponseWriter: w}
			err := b.Backup(r.Context(), begun, begun.announce)
			begun.finish(err)
		})
	}
}

// A beginning knows whether anything of the answer was written.
type beginning struct {
	http.ResponseWriter
	yes bool
}

// announce tells the length, before anything is written.
func (b *beginning) announce(done, total int64) {
	if done == 0 {
		b.Header().Set(totalHeader, strconv.FormatInt(total, 10))
	}
}

func (b *beginning) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// finish tells the end of the answer: by its status, if nothing of it was written, else by a trailer.
func (b *beginning) finish(err error) {
	switch {
	case err != nil && !b.yes:
		answer(b.ResponseWriter, nil, err)
	case err != nil:
		b.Header().Set(failedHeader, strconv.Quote(err.Error()))
	default:
		b.Header().Set(wholeHeader, "yes")
	}
}

// ended tells how the server has ended an answer, which was read to its end, to the order what.
func ended(what string, resp *http.Response) error {
	if why, err := strconv.Unquote(resp.Trailer.Get(failedHeader)); err == nil && why != "" {
		return errors.New(why)
	}
	if resp.Trailer.Get(wholeHeader) == "" {
		return fmt.Errorf("%s: the server has ended before it was whole", what)
	}
	return nil
}

// remoteBackups are made by a server in another process.
type remoteBackups struct{ remote }

// Backup implements manage.Backups.
func (r *remoteBackups) Backup(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://postoffice/backup", nil)
	if err != nil {
		return err
	}
	return r.send(req, func(resp *http.Response) error {
		total, _ := strconv.ParseInt(resp.Header.Get(totalHeader), 10, 64)
		if _, err := io.Copy(&counting{w: w, total: total, progress: progress}, resp.Body); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		return ended("backup", resp)
	})
}
