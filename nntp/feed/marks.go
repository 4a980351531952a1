package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// Marks are how far a Pull has come with a server.
type Marks struct {
	// Since is the server's time up to which NEWNEWS was asked for.
	Since time.Time `json:"since,omitzero"`

	// High is the highest article number that was fetched, or need not be, by
	// newsgroup.
	High map[string]nntp.Number `json:"high,omitempty"`
}

// A MarkStore keeps the Marks of one Pull. MarkFile is one.
type MarkStore interface {
	// Load returns what was saved last; the zero Marks if nothing was.
	Load(ctx context.Context) (Marks, error)

	// Save keeps m: it is durable when Save returns without an error.
	Save(ctx context.Context, m Marks) error
}

// A MarkFile keeps Marks in the file of that path, as JSON.
type MarkFile string

// Load implements MarkStore.
func (f MarkFile) Load(context.Context) (Marks, error) {
	text, err := os.ReadFile(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return Marks{}, nil
	}
	var m Marks
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return Marks{}, fmt.Errorf("feed: marks: %w", err)
	}
	return m, nil
}

// Save implements MarkStore: the file is replaced as a whole.
func (f MarkFile) Save(_ context.Context, m Marks) error {
	text, err := json.Marshal(m)
	if err == nil {
		err = replaceFile(string(f), text)
	}
	if err != nil {
		return fmt.Errorf("feed: marks: %w", err)
	}
	return nil
}

func replaceFile(path string, text []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(path)
	}
	return err
}
