// Package archive keeps folders in one file, a tar archive (POSIX.1-2001, pax) whose
// last entry is a manifest: which version of the program has made it, and the SHA-256
// of each file.
//
//	err := archive.Write(ctx, w, archive.Manifest{Program: "v1"}, archive.Tree{Dir: dir})
//	...
//	m, err := archive.Verify(ctx, r) // reads all of it
//	err = archive.Extract(ctx, again, root, m)
//
// Only regular files are in it. Who restores one trusts nothing in it: names that lead
// out of the folder, links, what is not in the manifest or differs from it are errors.
//
// The files:
//
//	manifest.go  Manifest
//	write.go     Tree, Octets, Write
//	read.go      Verify, Extract
package archive
