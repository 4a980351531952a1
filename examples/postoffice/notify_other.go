//go:build !linux

package main

import "time"

// monotonic is of use to a service manager of Linux only.
func monotonic() (time.Duration, bool) { return 0, false }
