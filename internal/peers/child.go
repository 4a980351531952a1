//go:build linux

package peers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

// serverVar is the environment variable that makes the test binary a server,
// and names which one.
const serverVar = "PEERS_SERVER"

// What a child can be ordered.
const (
	orderCPU     = "cpu"     // tell the microseconds of CPU time used so far
	orderSettle  = "settle"  // collect garbage and give free memory back
	orderProfile = "profile" // write a CPU profile to the file named next, until stop
	orderStop    = "stop"
)

// runChild serves as the server called name and tells its address on w. Then
// it obeys the orders that come on r, one a line, with one line each, until r
// ends.
func runChild(name string, r io.Reader, w io.Writer) error {
	s, err := serverNamed(name)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.serve(l) }()
	obeyed := make(chan error, 1)
	go func() { obeyed <- obeyAll(r, w, l.Addr().String()) }()
	select {
	case err = <-served:
	case err = <-obeyed:
	}
	return err
}

func serverNamed(name string) (server, error) {
	for _, s := range servers {
		if s.name == name {
			return s, nil
		}
	}
	return server{}, fmt.Errorf("peers: no server is called %q", name)
}

func obeyAll(r io.Reader, w io.Writer, greeting string) error {
	if _, err := fmt.Fprintln(w, greeting); err != nil {
		return err
	}
	orders := bufio.NewScanner(r)
	for orders.Scan() {
		order, arg, _ := strings.Cut(orders.Text(), " ")
		answer, err := obey(order, arg)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, answer); err != nil {
			return err
		}
	}
	return orders.Err()
}

func obey(order, arg string) (answer string, err error) {
	switch order {
	case orderCPU:
		var t time.Duration
		t, err = cpuTime()
		answer = fmt.Sprint(t.Microseconds())
	case orderSettle:
		settle()
	case orderProfile:
		var f *os.File
		if f, err = os.Create(arg); err == nil {
			err = pprof.StartCPUProfile(f)
		}
	case orderStop:
		pprof.StopCPUProfile()
	default:
		err = errors.New("peers: no such order: " + order)
	}
	return answer, err
}

// cpuTime is what this process has used, in user and system mode.
func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

// settle makes what is in use all that there is. The first collection empties
// pools into their victims, the second one drops those; each halves the
// stacks that are mostly unused.
func settle() {
	for range 3 {
		runtime.GC()
	}
	debug.FreeOSMemory()
}
