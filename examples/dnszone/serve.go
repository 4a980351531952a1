package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// maxPacket is the most that a UDP packet holds, in octets.
const maxPacket = 65535

// serve answers at the address until ctx ends.
func serve(ctx context.Context, zone, address string, stdout io.Writer) error {
	stage := &stage{ctx: ctx}
	defer stage.end()
	srv, err := stage.open(zone)
	if err != nil {
		return err
	}
	l, u, err := listen(ctx, address)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -listen HOST:PORT", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { answerPackets(ctx, srv, u) })
	wg.Go(func() { answerStreams(ctx, srv, l) })
	fmt.Fprintf(stdout, "dnszone answers at %s.\n", l.Addr())
	<-ctx.Done()
	err = errors.Join(l.Close(), u.Close())
	wg.Wait()
	fmt.Fprintf(stdout, "dnszone was asked %d questions.\n", len(srv.Asked()))
	return err
}

// listen opens the address for both networks.
func listen(ctx context.Context, address string) (net.Listener, net.PacketConn, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, err
	}
	u, err := config.ListenPacket(ctx, "udp", l.Addr().String())
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	return l, u, nil
}

// answerPackets answers packets one after the other: nobody is in a hurry here.
func answerPackets(ctx context.Context, srv *dnstest.Server, u net.PacketConn) {
	buf := make([]byte, maxPacket)
	for {
		n, from, err := u.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer, err := ask(ctx, srv, slices.Clone(buf[:n])); err == nil {
			_, _ = u.WriteTo(answer, from)
		}
	}
}

// ask asks the server. What is not a query it does not answer, and so a packet of its own is waited for a
// second at most.
func ask(ctx context.Context, srv *dnstest.Server, query []byte) ([]byte, error) {
	conn, err := srv.Dial(ctx, "udp", "")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	answer := make([]byte, maxPacket)
	n, err := conn.Read(answer)
	return answer[:n], err
}

// answerStreams answers over TCP, one connection after the other, each for ten seconds at most.
func answerStreams(ctx context.Context, srv *dnstest.Server, l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := srv.Dial(ctx, "tcp", "")
		if err != nil {
			_ = near.Close()
			return
		}
		_ = near.SetDeadline(time.Now().Add(10 * time.Second))
		stop := context.AfterFunc(ctx, func() { _ = near.Close() })
		var back sync.WaitGroup
		back.Go(func() { _, _ = io.Copy(near, far) })
		_, _ = io.Copy(far, near)
		_ = far.Close()
		back.Wait()
		stop()
		_ = near.Close()
	}
}
