package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// exportAll is what manage.Mailboxes.Export promises, of a store that this process has open.
func exportAll(ctx context.Context, s store.Store, user string, f func(manage.Exported) error) error {
	account, err := s.Account(ctx, user)
	if err != nil {
		return err
	}
	var total int64
	folders := make(map[store.FolderID]store.Folder)
	var order []store.FolderID
	for folder, err := range s.ListFolders(ctx, account.ID) {
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
		if err := exportFolder(ctx, s, id, func(e manage.Exported) error {
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

func exportFolder(ctx context.Context, s store.Store, id store.FolderID, f func(manage.Exported) error) error {
	_, metas, err := s.Scan(ctx, id, 0)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was deleted meanwhile
	}
	if err != nil {
		return err
	}
	for meta, err := range metas {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := s.Open(ctx, id, meta.UID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		message := mailfile.Message{
			System: meta.Flags.System, Sender: b.Sender(), Received: meta.Received.Truncate(time.Second), Body: io.NewSectionReader(b, 0, b.Size()),
		}
		if err := errors.Join(f(manage.Exported{Message: message, UID: meta.UID, Size: b.Size()}), b.Close()); err != nil {
			return err
		}
	}
	return nil
}
