package office

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/ascii"
)

// An intake is an import under way: in the process of who imports, wherever the store is open. It
// gives each message its name, so that it can be asked for again when the outcome is not known.
type intake struct {
	take  func(ctx context.Context, m *mailfile.Message, key string, size int64) (repeated bool, err error)
	seen  map[[sha256.Size]byte]int // how often, of those that are the same in this import
	spool *os.File                  // the message, which is read twice
}

// importAll has take put messages into the store, one after the other.
func importAll(ctx context.Context, folder []string, messages iter.Seq2[mailfile.Message, error], progress func(done int64),
	take func(ctx context.Context, m *mailfile.Message, key string, size int64) (repeated bool, err error),
) (n manage.Imported, err error) {
	spool, err := os.CreateTemp("", "postoffice-import-")
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	t := &intake{take: take, seen: make(map[[sha256.Size]byte]int), spool: spool}
	for m, err := range messages {
		if err == nil {
			m.Folder = append(folder[:len(folder):len(folder)], m.Folder...)
			err = t.add(ctx, &m, &n)
		}
		if err != nil {
			return n, fmt.Errorf("message %d: %w", n.New+n.Known+1, err)
		}
		if progress != nil {
			progress(n.New + n.Known)
		}
	}
	return n, nil
}

func (t *intake) add(ctx context.Context, m *mailfile.Message, n *manage.Imported) error {
	if _, err := t.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := t.spool.Truncate(0); err != nil {
		return err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n", m.Received.Unix())
	size, err := io.Copy(io.MultiWriter(t.spool, hash), m.Body)
	if err != nil {
		return err
	}
	sum := [sha256.Size]byte(hash.Sum(nil))
	t.seen[sum]++
	if len(m.Sender) > store.MaxSender || strings.ContainsAny(m.Sender, "\x00\r\n") {
		m.Sender = ""
	}
	m.Body = io.NewSectionReader(t.spool, 0, size)
	repeated, err := t.take(ctx, m, fmt.Sprintf("%s/%d", hex.EncodeToString(sum[:]), t.seen[sum]), size)
	switch {
	case err != nil:
		return err
	case repeated:
		n.Known++
	default:
		n.New++
	}
	return nil
}

// takeMessage puts one message into a folder of the user, which is made if need be. key names it among
// all that are imported there.
func takeMessage(ctx context.Context, s store.Store, user string, m *mailfile.Message, key string) (repeated bool, err error) {
	account, err := s.Account(ctx, user)
	if err != nil {
		return false, err
	}
	folder, err := makeFolder(ctx, s, &account, m.Folder)
	if err != nil {
		return false, err
	}
	r, err := s.Deliver(ctx, store.Delivery{
		To: []store.FolderID{folder}, Sender: m.Sender, Received: m.Received, Flags: store.Flags{System: m.System},
		Key: fmt.Sprintf("import/%d/%s", folder, key),
	}, m.Body)
	return r.Repeated, err
}

// makeFolder finds a folder of the account, or makes it.
func makeFolder(ctx context.Context, s store.Store, account *store.Account, path []string) (store.FolderID, error) {
	if len(path) == 0 || len(path) == 1 && ascii.EqualFold(path[0], store.Inbox) {
		return account.Inbox, nil
	}
	if f, err := s.FolderAt(ctx, account.ID, path...); !errors.Is(err, store.ErrNotFound) {
		return f.ID, err
	}
	var parent store.FolderID
	for i := range path {
		f, err := s.FolderAt(ctx, account.ID, path[:i+1]...)
		if errors.Is(err, store.ErrNotFound) {
			f, err = s.CreateFolder(ctx, store.NewFolder{Owner: account.ID, Parent: parent, Name: path[i]})
		}
		if errors.Is(err, store.ErrExists) { // somebody else has made it meanwhile
			f, err = s.FolderAt(ctx, account.ID, path[:i+1]...)
		}
		if err != nil {
			return 0, fmt.Errorf("folder %s: %w", strings.Join(path[:i+1], "/"), err)
		}
		parent = f.ID
	}
	return parent, nil
}
