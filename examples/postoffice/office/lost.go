package office

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// storeFile is the database of a store, in its folder.
const storeFile = "store.db"

// mustHaveStore returns an error if a data folder has had a store that is not there now: because somebody has removed it, or
// a disk is not mounted. To make a new one would refuse the mail of everybody who had an account.
func mustHaveStore(dir string) error {
	info, err := os.Stat(filepath.Join(dir, storeDir, storeFile))
	if err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil // whatever is wrong with it, to open it tells
	}
	for _, trace := range []string{queueDir, trackDir, imDir, certFile, demoFile, saltFile} {
		if _, err := os.Stat(filepath.Join(dir, trace)); err == nil {
			return lostStore(dir, trace)
		}
	}
	blobs := filepath.Join(dir, storeDir, "blobs")
	return filepath.WalkDir(blobs, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what can't be read is no trace
		case !e.IsDir():
			return lostStore(dir, path)
		}
		return nil
	})
}

func lostStore(dir, trace string) error {
	return fmt.Errorf("data folder %s: there is no %s, but %s: the store with all accounts and mail is missing; mount its disk, or restore a backup (postoffice restore), "+
		"or start with -new-store to begin with an empty one", dir, filepath.Join(storeDir, storeFile), filepath.Base(trace))
}
