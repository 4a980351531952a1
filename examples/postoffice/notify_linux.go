package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is the time by a clock that all processes have.
func monotonic() (time.Duration, bool) {
	var at unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &at)
	return time.Duration(at.Nano()), err == nil
}
