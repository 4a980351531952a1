// Package diskfile is what a store needs of the operating system to keep what is
// too large for a database in files that a power cut leaves whole, or not there;
// and a file system that fails, for the tests of that.
//
//	system.go what is needed, and the operating system's
//	faulty.go the one that fails
package diskfile
