//go:build linux || darwin || freebsd

package metrics

import "golang.org/x/sys/unix"

// freeSpace is how many octets a user without privileges may still write.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(max(0, int64(s.Bavail))) * uint64(s.Bsize), nil // below 0: what is left is root's
}
