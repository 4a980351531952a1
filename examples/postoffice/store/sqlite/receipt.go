package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// receipt returns what the delivery with that key did, with Repeated set, or the zero Receipt if
// there was none.
func (t *tx) receipt(key string) (store.Receipt, error) {
	var text string
	err := t.Row("SELECT receipt FROM delivery WHERE key = ?", key).Scan(&text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return store.Receipt{}, nil
	case err != nil:
		return store.Receipt{}, err
	}
	rec, err := parseReceipt(text)
	rec.Repeated = err == nil
	return rec, err
}

// remember notes what the delivery with that key did.
func (t *tx) remember(key string, rec store.Receipt) error {
	if key == "" {
		return nil
	}
	_, err := t.Exec("INSERT INTO delivery (key, at, receipt) VALUES (?, ?, ?)", key, t.now.UnixMicro(), formatReceipt(rec))
	return err
}

// formatReceipt writes a receipt as numbers with a space between: the blob, its size, and four for
// each place. It is short because it is written with every delivery, beside keys that are in no
// order.
func formatReceipt(rec store.Receipt) string {
	b := strconv.AppendInt(nil, int64(rec.Blob), 10)
	b = strconv.AppendInt(append(b, ' '), rec.Size, 10)
	for _, p := range rec.Placed {
		b = strconv.AppendInt(append(b, ' '), int64(p.Folder), 10)
		b = strconv.AppendUint(append(b, ' '), uint64(p.UIDValidity), 10)
		b = strconv.AppendUint(append(b, ' '), uint64(p.UID), 10)
		b = strconv.AppendUint(append(b, ' '), uint64(p.ModSeq), 10)
	}
	return string(b)
}

// parseReceipt reads what formatReceipt has written.
func parseReceipt(text string) (store.Receipt, error) {
	fields := strings.Split(text, " ")
	n := make([]int64, len(fields))
	for i, f := range fields {
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || v < 0 {
			return store.Receipt{}, fmt.Errorf("receipt %.64q: %w", text, errDamaged)
		}
		n[i] = v
	}
	if len(n)%4 != 2 {
		return store.Receipt{}, fmt.Errorf("receipt %.64q: %w", text, errDamaged)
	}
	rec := store.Receipt{Blob: store.BlobID(n[0]), Size: n[1]}
	for p := n[2:]; len(p) > 0; p = p[4:] {
		if p[1] > int64(store.MaxUID) || p[2] > int64(store.MaxUID) {
			return store.Receipt{}, fmt.Errorf("receipt %.64q: %w", text, errDamaged)
		}
		rec.Placed = append(rec.Placed, store.Placed{
			Folder: store.FolderID(p[0]), UIDValidity: uint32(p[1]), UID: store.UID(p[2]), ModSeq: store.ModSeq(p[3]),
		})
	}
	return rec, nil
}

var errDamaged = errors.New("not as it was written: restore the database from a backup")
