package wire

import "syscall"

// QuickAck sends the acknowledgement that the kernel may be holding back. A
// peer that writes in small pieces and has Nagle's algorithm on waits for it,
// 40 ms each time, while we wait for the peer. It is worth its system call
// only where the peer has more to send and we have nothing to answer.
func (c *Conn) QuickAck() {
	sc, ok := c.base.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		// Best effort: without it the peer is only slower.
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}
