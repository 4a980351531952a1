package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onHangUp has SIGHUP do something, until the function that it returns is called.
func onHangUp(do func()) (stop func()) {
	hangUps := make(chan os.Signal, 1) // what comes while it is being done is done once
	signal.Notify(hangUps, syscall.SIGHUP)
	var running sync.WaitGroup
	running.Go(func() {
		for range hangUps {
			do()
		}
	})
	return func() {
		signal.Stop(hangUps)
		close(hangUps)
		running.Wait()
	}
}
