package rvp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// smallOffice is a directory of two.
type smallOffice map[string]rvp.User

func (c smallOffice) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	u, ok := c[n.Name]
	if !ok {
		return rvp.User{}, rvp.ErrNoUser
	}
	return u, nil
}

func ExampleHomeServer() {
	home := &rvp.HomeServer{
		Domain:    "im.example.test",
		Directory: smallOffice{"anna": {DisplayName: "Anna Poe"}, "ben": {}},
		Store:     memory.New(),
		Auth:      &auth.Authenticator{Accounts: &auth.NTLM{Accounts: passwords{}, Domain: "EXAMPLE"}},
	}
	defer home.Close()
	srv := httptest.NewUnstartedServer(home)
	srv.Config.ConnContext = rvp.ConnContext // for NTLM
	srv.Start()
	defer srv.Close()

	// What somebody's client asks when he adds Anna to his contacts.
	req, err := http.NewRequest("PROPFIND", srv.URL+"/instmsg/aliases/anna", strings.NewReader(
		`<d:propfind xmlns:d="DAV:" xmlns:r="http://schemas.microsoft.com/rvp/"><d:prop><r:state/><d:displayname/></d:prop></d:propfind>`))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Depth", "0")
	req.Header.Set("RVP-From-Principal", "http://im.example.test/instmsg/aliases/ben")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body := new(strings.Builder)
	if err := resp.Write(body); err != nil {
		panic(err)
	}
	fmt.Println(resp.Status, strings.Contains(body.String(), "<r:offline/></r:state><d:displayname>Anna Poe<"))
	// Output: 207 Multi-Status true
}
