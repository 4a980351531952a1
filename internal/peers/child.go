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

// The environment variables that make the test binary a server or a client, and
// name which one.
const (
	serverVar = "PEERS_SERVER"
	clientVar = "PEERS_CLIENT"
	targetVar = "PEERS_TARGET" // the address that the client sends to
)

// runChild is what the main function of a child calls: it reports whether this
// process is one, and what came of it.
func runChild(r io.Reader, w io.Writer) (is bool, err error) {
	if name := os.Getenv(serverVar); name != "" {
		return true, runServer(name, r, w)
	}
	if name := os.Getenv(clientVar); name != "" {
		return true, runClient(name, os.Getenv(targetVar), r, w)
	}
	return false, nil
}

// What a child can be ordered.
const (
	orderCPU     = "cpu"     // tell the microseconds of CPU time used so far
	orderSettle  = "settle"  // collect garbage and give free memory back
	orderProfile = "profile" // write a CPU profile to the file named next, until stop
	orderStop    = "stop"
	orderSend    = "send" // a client: octets of a message, and how many each session sends
)

// runServer serves as the server called name and tells its address on w. Then
// it obeys the orders that come on r, one a line, with one line each, until r
// ends.
func runServer(name string, r io.Reader, w io.Writer) error {
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
	go func() { obeyed <- obeyAll(r, w, l.Addr().String(), obey) }()
	select {
	case err = <-served:
	case err = <-obeyed:
	}
	return err
}

func serverNamed(name string) (server, error) {
	for _, s := range servers {
		if s.name == name && s.serve != nil {
			return s, nil
		}
	}
	return server{}, fmt.Errorf("peers: no server is called %q", name)
}

func obeyAll(r io.Reader, w io.Writer, greeting string, obey func(order, arg string) (answer string, err error)) error {
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

// obey does what any child can be ordered.
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
