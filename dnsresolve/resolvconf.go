package dnsresolve

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	defaultTimeout = 2 * time.Second
	defaultTries   = 3

	// What resolv.conf(5) says is the most.
	maxServers = 3
	maxTimeout = 30
	maxTries   = 5
)

// A resolvConf says who is asked and how.
type resolvConf struct {
	servers []Server
	timeout time.Duration
	tries   int
	rotate  bool
	tcp     bool
}

// parseResolvConf reads what resolv.conf(5) describes. Search lists are of no
// use here. Without a server there is one on this machine.
func parseResolvConf(text []byte) *resolvConf {
	conf, trust := &resolvConf{}, false
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "nameserver":
			addr, err := netip.ParseAddr(fields[1])
			if err == nil && len(conf.servers) < maxServers {
				conf.servers = append(conf.servers, Server{netip.AddrPortFrom(addr, 53), addr.Unmap().IsLoopback()})
			}
		case "options":
			for _, option := range fields[1:] {
				trust = trust || option == "trust-ad"
				conf.set(option)
			}
		}
	}
	if len(conf.servers) == 0 {
		conf.servers = []Server{{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 53), true}}
	}
	for i := range conf.servers {
		conf.servers[i].Trusted = conf.servers[i].Trusted || trust
	}
	return conf
}

// set takes one of the options.
func (conf *resolvConf) set(option string) {
	name, value, _ := strings.Cut(option, ":")
	n, err := strconv.Atoi(value)
	number := err == nil && n > 0
	switch {
	case name == "timeout" && number:
		conf.timeout = time.Duration(min(n, maxTimeout)) * time.Second
	case name == "attempts" && number:
		conf.tries = min(n, maxTries)
	case option == "rotate":
		conf.rotate = true
	case option == "use-vc":
		conf.tcp = true
	}
}

// hosts are the addresses of a hosts(5) file.
type hosts struct{ byName map[string][]netip.Addr }

func parseHosts(text []byte) *hosts {
	h := &hosts{map[string][]netip.Addr{}}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		addr, err := netip.ParseAddr(fields[0])
		if err != nil {
			continue
		}
		addr = addr.Unmap()
		for _, name := range fields[1:] {
			name = plain(name)
			if isHost(name) && len(h.byName[name]) < maxHostAddrs && !slices.Contains(h.byName[name], addr) {
				h.byName[name] = append(h.byName[name], addr)
			}
		}
	}
	return h
}

// maxHostAddrs bounds the addresses of one name in a hosts file, and so the
// time that it takes to read one.
const maxHostAddrs = 64
