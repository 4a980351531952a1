package office

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// maxAnswer bounds what a server says: a list of a million users fits.
const maxAnswer = 256 << 20 // octets

// remoteAccounts are those of a server in another process. What JSON would
// change on its way, text that is not UTF-8, is refused before.
type remoteAccounts struct{ remote }

// remote is a server in another process.
type remote struct{ socket string }

func (r *remote) Close() error { return nil }

func (r *remoteAccounts) List(ctx context.Context) (users []manage.User, err error) {
	err = r.call(ctx, http.MethodGet, "/users", nil, &users)
	return users, err
}

func (r *remoteAccounts) Add(ctx context.Context, u manage.NewUser) (user manage.User, err error) {
	if u, err = prepare(u); err != nil {
		return manage.User{}, err
	}
	err = r.call(ctx, http.MethodPost, "/users", u, &user)
	return user, err
}

func (r *remoteAccounts) Change(ctx context.Context, name string, c manage.UserChange) error {
	if c.Password != nil {
		password, err := preparePassword(*c.Password)
		if err != nil {
			return err
		}
		c.Password = &password
	}
	if err := checkChange(&c); err != nil {
		return err
	}
	return r.call(ctx, http.MethodPut, "/users/"+url.PathEscape(name), c, nil)
}

func (r *remoteAccounts) Remove(ctx context.Context, name string) error {
	return r.call(ctx, http.MethodDelete, "/users/"+url.PathEscape(name), nil, nil)
}

// call sends one order to the server and reads its answer into result.
func (r *remote) call(ctx context.Context, method, path string, order, result any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://postoffice"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	return r.send(req, func(resp *http.Response) error {
		answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		if err != nil || result == nil {
			return err
		}
		if err := json.Unmarshal(answer, result); err != nil {
			return err
		}
		if why, err := url.PathUnescape(resp.Header.Get(incompleteHeader)); why != "" && err == nil {
			return &manage.Incomplete{Why: why}
		}
		return nil
	})
}

// send sends a request to the server and has its answer read. A refusal is an error.
func (r *remote) send(req *http.Request, read func(*http.Response) error) error {
	client := r.client()
	defer client.CloseIdleConnections()
	return r.sendBy(client, req, read)
}

// client returns one whose connections go to the server.
func (r *remote) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", r.socket)
	}}}
}

// sendBy is send by a client that is used again.
func (r *remote) sendBy(client *http.Client, req *http.Request, read func(*http.Response) error) error {
	resp, err := client.Do(req)
	if err != nil && req.Context().Err() != nil {
		return context.Cause(req.Context()) // it is not for the server
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // the rest says nothing to people
	}
	if err != nil {
		return fmt.Errorf("the data folder is in use, and its server does not answer on %s: %w", r.socket, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return read(resp)
	}
	why, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	return errors.New(string(bytes.TrimSpace(why)))
}
