package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// firstSocket is the descriptor of the first socket that is handed over (sd_listen_fds(3)).
const firstSocket = 3

// handedOver returns the sockets that the service manager, if one has started us, has opened for us. Nobody
// whom we start sees that there were some.
func handedOver() (list []office.Socket, err error) {
	pid, count, names := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS"), strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if pid != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	n, err := strconv.ParseUint(count, 10, 10)
	if err != nil {
		return nil, fmt.Errorf("LISTEN_FDS=%q is not a number of sockets", count)
	}
	for i := range int(n) {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		f := os.NewFile(uintptr(firstSocket+i), "LISTEN_FDS")
		l, err := net.FileListener(f)
		f.Close() // l has its own
		if err != nil {
			return nil, fmt.Errorf("descriptor %d (%s) of LISTEN_FDS is not a socket that listens: %w", firstSocket+i, name, err)
		}
		tcp, ok := l.(*net.TCPListener)
		if !ok {
			return nil, fmt.Errorf("socket %d (%s) of LISTEN_FDS is %s, not TCP: write ListenStream= with a port", firstSocket+i, name, l.Addr().Network())
		}
		list = append(list, office.Socket{Name: name, Listener: tcp})
	}
	return list, nil
}
