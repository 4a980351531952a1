package httpauth

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errTooLarge: a body that has to be read before the login is over MaxBody.
var errTooLarge = errors.New("httpauth: the body is too large to be read before the login: raise MaxBody")

func (h *Handler) maxBody() int64 { return cmp.Or(h.MaxBody, 1<<20) }

// drain reads the body away, so that the connection can go on. It reports
// whether that came to the end.
func (h *Handler) drain(r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, h.maxBody()+1))
	return err == nil && n <= h.maxBody()
}

// keep reads the body and puts what was read in its place.
func (h *Handler) keep(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, h.maxBody()+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: the body is cut off: %w", errBadRequest, err)
	case int64(len(b)) > h.maxBody():
		return nil, errTooLarge
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return b, nil
}
