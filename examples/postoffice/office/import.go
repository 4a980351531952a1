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
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Mailboxes moves messages into and out of mailboxes of a data folder whose server does not run.
type Mailboxes struct{ store store.Store }

// OpenMailboxes opens them.
func OpenMailboxes(ctx context.Context, dir string) (*Mailboxes, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%w; name the data folder with -data", err)
	}
	s, err := openStore(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	return &Mailboxes{s}, nil
}

// Close closes them.
func (m *Mailboxes) Close() error { return m.store.Close() }

// Import puts messages into the user's folder, and below it those that have folders of their own;
// folders are made if need be. What was imported before, of the same octets in the same folder, is
// passed over, so that an import that was cut short can be done again. It tells how many came in and
// how many were there.
func (m *Mailboxes) Import(ctx context.Context, user string, folder []string, messages iter.Seq2[mailfile.Message, error],
	progress func(done int),
) (imported, known int, err error) {
	account, err := m.store.Account(ctx, user)
	if err != nil {
		return 0, 0, err
	}
	spool, err := os.CreateTemp("", "postoffice-import-")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	t := &intake{store: m.store, account: account, folders: make(map[string]store.FolderID), seen: make(map[[32]byte]int), spool: spool}
	for message, err := range messages {
		if err != nil {
			return imported, known, err
		}
		message.Folder = append(folder[:len(folder):len(folder)], message.Folder...)
		repeated, err := t.take(ctx, &message)
		if err != nil {
			return imported, known, fmt.Errorf("message %d: %w", imported+known+1, err)
		}
		if repeated {
			known++
		} else {
			imported++
		}
		progress(imported + known)
	}
	return imported, known, nil
}

// An intake is an import under way.
type intake struct {
	store   store.Store
	account store.Account
	folders map[string]store.FolderID
	seen    map[[32]byte]int // how often, of those that are the same in this import
	spool   *os.File         // the message, which is read twice
}

func (t *intake) take(ctx context.Context, m *mailfile.Message) (repeated bool, err error) {
	folder, err := t.folder(ctx, m.Folder)
	if err != nil {
		return false, err
	}
	if _, err := t.spool.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	if err := t.spool.Truncate(0); err != nil {
		return false, err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%d %d\n", folder, m.Received.Unix())
	if _, err := io.Copy(io.MultiWriter(t.spool, hash), m.Body); err != nil {
		return false, err
	}
	sum := [32]byte(hash.Sum(nil))
	t.seen[sum]++
	if _, err := t.spool.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	d := store.Delivery{
		To: []store.FolderID{folder}, Sender: m.Sender, Received: m.Received, Flags: store.Flags{System: m.System},
		Key: fmt.Sprintf("import/%s/%d", hex.EncodeToString(sum[:]), t.seen[sum]),
	}
	if len(d.Sender) > store.MaxSender {
		d.Sender = ""
	}
	r, err := t.store.Deliver(ctx, d, struct{ io.Reader }{t.spool})
	return r.Repeated, err
}

// folder finds a folder of the account, or makes it.
func (t *intake) folder(ctx context.Context, path []string) (store.FolderID, error) {
	if len(path) == 0 || len(path) == 1 && ascii.EqualFold(path[0], store.Inbox) {
		return t.account.Inbox, nil
	}
	key := strings.Join(path, "/")
	if id, ok := t.folders[key]; ok {
		return id, nil
	}
	var parent store.FolderID
	for i := range path {
		f, err := t.store.FolderAt(ctx, t.account.ID, path[:i+1]...)
		if errors.Is(err, store.ErrNotFound) {
			f, err = t.store.CreateFolder(ctx, store.NewFolder{Owner: t.account.ID, Parent: parent, Name: path[i]})
		}
		if err != nil {
			return 0, fmt.Errorf("folder %s: %w", strings.Join(path[:i+1], "/"), err)
		}
		parent = f.ID
	}
	t.folders[key] = parent
	return parent, nil
}

// An Exported is a message on its way out. Its Folder begins with INBOX, or another folder at the
// top.
type Exported struct {
	mailfile.Message
	UID   store.UID
	Total int64 // of all messages of the user, about
}

// Export calls f for each message of a user, folder by folder in order of their paths, and within
// one by UID. The Body is to be read before f returns.
func (m *Mailboxes) Export(ctx context.Context, user string, f func(Exported) error) error {
	account, err := m.store.Account(ctx, user)
	if err != nil {
		return err
	}
	var total int64
	folders := make(map[store.FolderID]store.Folder)
	var order []store.FolderID
	for folder, err := range m.store.ListFolders(ctx, account.ID) {
		if err != nil {
			return err
		}
		folders[folder.ID], order = folder, append(order, folder.ID)
		total += folder.Counts.Messages
	}
	for _, id := range order {
		path, err := pathOf(folders, id)
		if err != nil {
			return err
		}
		if err := m.exportFolder(ctx, id, func(e Exported) error {
			e.Folder, e.Total = path, total
			return f(e)
		}); err != nil {
			return fmt.Errorf("folder %s: %w", strings.Join(path, "/"), err)
		}
	}
	return nil
}

func pathOf(folders map[store.FolderID]store.Folder, id store.FolderID) (path []string, err error) {
	for range store.MaxDepth {
		f, ok := folders[id]
		if !ok {
			break
		}
		path = append([]string{f.Name}, path...)
		if id = f.Parent; id == 0 {
			return path, nil
		}
	}
	return nil, fmt.Errorf("folder %d is nowhere: have the store checked", id)
}

func (m *Mailboxes) exportFolder(ctx context.Context, id store.FolderID, f func(Exported) error) error {
	_, metas, err := m.store.Scan(ctx, id, 0)
	if err != nil {
		return err
	}
	for meta, err := range metas {
		if err != nil {
			return err
		}
		b, err := m.store.Open(ctx, id, meta.UID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		message := mailfile.Message{
			System: meta.Flags.System, Sender: b.Sender(), Received: meta.Received.Truncate(time.Second), Body: io.NewSectionReader(b, 0, b.Size()),
		}
		if err := errors.Join(f(Exported{Message: message, UID: meta.UID}), b.Close()); err != nil {
			return err
		}
	}
	return nil
}
