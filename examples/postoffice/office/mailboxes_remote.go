package office

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Messages go through the socket one by one, so that each is in the store or not: an import sends a
// request for each, with the cover in its query; the answer to an export is covers, on a line each,
// with octets behind them.

// A repeatedAnswer tells what has become of a message.
type repeatedAnswer struct {
	Repeated bool `json:"repeated"`
}

func controlMailboxes(m manage.Mailboxes, s store.Store) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("GET /mailboxes/{user}", func(w http.ResponseWriter, r *http.Request) {
			_, err := s.Account(r.Context(), r.PathValue("user"))
			answer(w, struct{}{}, err)
		})
		mux.HandleFunc("POST /mailboxes/{user}/messages", func(w http.ResponseWriter, r *http.Request) {
			c, err := parseCover(r.URL.RawQuery)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			c.message.Body = r.Body
			repeated, err := takeMessage(r.Context(), s, r.PathValue("user"), &c.message, c.key)
			if err != nil { // who still sends does not listen
				_, _ = io.Copy(io.Discard, r.Body)
			}
			answer(w, repeatedAnswer{repeated}, err)
		})
		mux.HandleFunc("GET /mailboxes/{user}/messages", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", failedHeader+", "+wholeHeader)
			begun := &beginning{ResponseWriter: w}
			err := m.Export(r.Context(), r.PathValue("user"), func(e manage.Exported) error { return writeExported(begun, e) })
			begun.finish(err)
		})
		controlReindex(m)(mux)
	}
}

// writeExported writes a message with its cover.
func writeExported(w io.Writer, e manage.Exported) error {
	c := cover{message: e.Message, uid: e.UID, total: e.Total, size: e.Size}
	if _, err := io.WriteString(w, c.String()+"\n"); err != nil {
		return err
	}
	_, err := io.CopyN(w, e.Body, e.Size)
	return err
}

// remoteMailboxes are those of a server in another process.
type remoteMailboxes struct{ remote }

func mailboxURL(user string) string { return "http://postoffice/mailboxes/" + url.PathEscape(user) }

// Import implements manage.Mailboxes. A server that stops lets it go after a message.
func (r *remoteMailboxes) Import(ctx context.Context, user string, folder []string, messages iter.Seq2[mailfile.Message, error], progress func(done int64)) (n manage.Imported, err error) {
	if err := r.call(ctx, http.MethodGet, "/mailboxes/"+url.PathEscape(user), nil, nil); err != nil {
		return n, err
	}
	client := r.client()
	defer client.CloseIdleConnections()
	return importAll(ctx, folder, messages, progress, func(ctx context.Context, m *mailfile.Message, key string, size int64) (repeated bool, err error) {
		c := cover{message: *m, key: key}
		// The body is not the request's to close, and a message without octets has one all the same.
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, mailboxURL(user)+"/messages?"+c.String(), io.NopCloser(m.Body))
		if err != nil {
			return false, err
		}
		if req.ContentLength = size; size == 0 {
			req.Body = http.NoBody
		}
		err = r.sendBy(client, req, func(resp *http.Response) error {
			var a repeatedAnswer
			err := json.NewDecoder(resp.Body).Decode(&a)
			repeated = a.Repeated
			return err
		})
		return repeated, err
	})
}

// Export implements manage.Mailboxes.
func (r *remoteMailboxes) Export(ctx context.Context, user string, f func(manage.Exported) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, mailboxURL(user)+"/messages", nil)
	if err != nil {
		return err
	}
	return r.send(req, func(resp *http.Response) error {
		in := bufio.NewReaderSize(resp.Body, maxCover)
		for {
			line, err := in.ReadSlice('\n')
			switch {
			case err == io.EOF && len(line) == 0:
				return ended("export", resp)
			case err == io.EOF:
				return cmp.Or(ended("export", resp), io.ErrUnexpectedEOF)
			case err != nil:
				return fmt.Errorf("export: %w", err)
			}
			c, err := parseCover(string(line[:len(line)-1]))
			if err != nil {
				return fmt.Errorf("export: %w", err)
			}
			body := &exactly{in: in, left: c.size, resp: resp}
			c.message.Body = body
			if err := f(manage.Exported{Message: c.message, UID: c.uid, Size: c.size, Total: c.total}); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, body); err != nil {
				return err
			}
		}
	})
}

// exactly reads as many octets as there have to be. If there are less, its error is why.
type exactly struct {
	in   io.Reader
	left int64
	resp *http.Response
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.in.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = cmp.Or(ended("export", e.resp), io.ErrUnexpectedEOF)
	}
	return n, err
}
