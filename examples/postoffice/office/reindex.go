package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// Reindex implements manage.Mailboxes.
func (l *localMailboxes) Reindex(ctx context.Context, progress func(done, total int64)) (manage.Reindexed, error) {
	s, ok := l.store.(*sqlite.Store)
	if !ok {
		return manage.Reindexed{}, errors.New("this store has nothing to mend")
	}
	if !l.reindexing.CompareAndSwap(false, true) {
		return manage.Reindexed{}, errors.New("the store is being verified already; wait for it")
	}
	defer l.reindexing.Store(false)
	r, err := s.Reindex(ctx, progress)
	if err != nil {
		return manage.Reindexed{}, fmt.Errorf("reindex: %w", err)
	}
	return manage.Reindexed(*r), nil
}

// A reindexing is a line of the answer of a server that reindexes: how far it is, or with the last line what has
// become of it.
type reindexing struct {
	Done   int64             `json:"done"`
	Total  int64             `json:"total"`
	Result *manage.Reindexed `json:"result,omitempty"`
	Failed string            `json:"failed,omitempty"`
}

// tellEvery is how often the server tells how far it is.
const tellEvery = 200 * time.Millisecond

func controlReindex(m manage.Mailboxes) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("POST /reindex", func(w http.ResponseWriter, r *http.Request) {
			lines, flush := json.NewEncoder(w), http.NewResponseController(w)
			// Nobody is left to tell if a line cannot be written: r's context ends.
			tell := func(l reindexing) { _ = errors.Join(lines.Encode(l), flush.Flush()) }
			var told time.Time
			result, err := m.Reindex(r.Context(), func(done, total int64) {
				if now := time.Now(); now.Sub(told) >= tellEvery || done == total {
					told = now
					tell(reindexing{Done: done, Total: total})
				}
			})
			if err != nil {
				tell(reindexing{Failed: err.Error()})
				return
			}
			tell(reindexing{Result: &result})
		})
	}
}

// Reindex implements manage.Mailboxes.
func (r *remoteMailboxes) Reindex(ctx context.Context, progress func(done, total int64)) (result manage.Reindexed, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://postoffice/reindex", nil)
	if err != nil {
		return result, err
	}
	err = r.send(req, func(resp *http.Response) error {
		lines := json.NewDecoder(resp.Body)
		for {
			var l reindexing
			switch err := lines.Decode(&l); {
			case err == io.EOF:
				return errors.New("reindex: the server has ended before it was done; do it again")
			case err != nil:
				return fmt.Errorf("reindex: %w", err)
			case l.Failed != "":
				return errors.New(l.Failed)
			case l.Result != nil:
				result = *l.Result
				return nil
			case progress != nil:
				progress(l.Done, l.Total)
			}
		}
	})
	return result, err
}
