package sqlite

import (
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// spell writes keywords as the folder has seen them first. New ones are noted, with their spelling.
func (t *tx) spell(h *head, f store.Flags) (store.Flags, error) {
	if len(f.Keywords) == 0 {
		return f, nil
	}
	if h.keywords == nil {
		if err := t.loadKeywords(h); err != nil {
			return f, err
		}
	}
	spelled := make([]string, len(f.Keywords))
	for i, k := range f.Keywords {
		key := store.FoldKeyword(k)
		name, ok := h.keywords[key]
		if !ok {
			if name = k; len(h.keywords) >= store.MaxFolderKeywords {
				return f, &store.FolderError{Folder: h.id, Err: fmt.Errorf("%w: more than %d different keywords in one folder",
					store.ErrInvalid, store.MaxFolderKeywords)}
			}
			if _, err := t.Exec("INSERT INTO keyword (folder, key, name) VALUES (?, ?, ?)", h.id, key, name); err != nil {
				return f, err
			}
			h.keywords[key] = name
		}
		spelled[i] = name
	}
	f.Keywords = spelled
	return f.Sorted(), nil
}

func (t *tx) loadKeywords(h *head) error {
	h.keywords = make(map[string]string)
	return t.Each(func(r scanner) error {
		var key, name string
		err := r.Scan(&key, &name)
		h.keywords[key] = name
		return err
	}, "SELECT key, name FROM keyword WHERE folder = ?", h.id)
}
