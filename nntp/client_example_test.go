package nntp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// clientServer is a server with a group, to which everybody may post.
func clientServer() func(context.Context, string, string) (net.Conn, error) {
	store := memory.New()
	if err := store.ChangeGroup(context.Background(), nntp.GroupChange{Name: "example.test"}); err != nil {
		log.Fatal(err)
	}
	srv := &nntp.Server{
		Store:    store,
		Hostname: "news.example",
		Access: func(context.Context, *nntp.Conn) (nntp.Access, error) {
			return nntp.Access{Read: nntp.MatchAll(), Post: nntp.MatchAll(), Feed: nntp.MatchAll()}, nil
		},
	}
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := memnet.Pipe()
		go func() {
			defer far.Close()
			srv.ServeConn(context.Background(), far)
		}()
		return near, nil
	}
}

func ExampleClient() {
	ctx := context.Background()
	c, err := nntp.Dial(ctx, "news.example:119", &nntp.Options{DialContext: clientServer()})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	draft := nntp.Draft{From: "ann@example.org", Newsgroups: []string{"example.test"}, Subject: "hello", Body: "Hello, world.\n"}
	article, err := draft.Article()
	if err != nil {
		log.Fatal(err)
	}
	if err := c.Post(ctx, article); err != nil {
		log.Fatal(err)
	}
	group, err := c.Group(ctx, "example.test")
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range c.Over(ctx, nntp.Range{First: group.Low, Last: group.High}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Number, e.Overview.Subject)
	}
	body, err := c.Body(ctx, nntp.Ref{Number: group.High})
	if err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(body)
	fmt.Println(strings.TrimSpace(string(text)), err)
	_, err = c.Article(ctx, nntp.Ref{MessageID: "<none@example.org>"})
	if r, refused := errors.AsType[nntp.Reply](err); refused {
		fmt.Println(r.Code)
	}
	fmt.Println(c.Quit(ctx))
	// Output:
	// 1 hello
	// Hello, world. <nil>
	// 430
	// <nil>
}

func ExampleClient_Stream() {
	ctx := context.Background()
	c, err := nntp.Dial(ctx, "news.example:119", &nntp.Options{Feed: true, DialContext: clientServer()})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.ModeStream(ctx); err != nil {
		log.Fatal(err)
	}
	s := c.Stream(10)
	for _, id := range []string{"<1@example.org>", "<2@example.org>"} {
		if err := s.Check(ctx, id); err != nil {
			log.Fatal(err)
		}
	}
	for s.Pending() > 0 {
		r, err := s.Result(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.MessageID, r.Reply.Code)
	}
	// Output:
	// <1@example.org> 238
	// <2@example.org> 238
}
