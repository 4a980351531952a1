//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// resizes tells when the terminal's size changes, until stop is called.
func resizes() (resized <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1) // one that waits is enough: the size is asked for then
	signal.Notify(c, syscall.SIGWINCH)
	return c, func() { signal.Stop(c) }
}
