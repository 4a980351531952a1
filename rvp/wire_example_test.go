package rvp_test

import (
	"fmt"

	"github.com/wirepost/wirepost/rvp"
)

func ExampleParseNode() {
	n, err := rvp.ParseNode("http://HOME1/instmsg/local/im.example.test/instmsg/aliases/Anna.Poe/")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Name, "at", n.Host)
	fmt.Println(n.URL())
	fmt.Println(n.At("home2"))
	// Output:
	// anna.poe at im.example.test
	// http://im.example.test/instmsg/aliases/anna.poe
	// http://home2/instmsg/local/im.example.test/instmsg/aliases/anna.poe
}

func ExampleParsePrincipal() {
	for _, s := range []string{"IM.example.test", " http://im.example.test/instmsg/aliases/ANNA/ "} {
		p, err := rvp.ParsePrincipal(s)
		_, isUser := p.Node()
		fmt.Println(p, isUser, err)
	}
	// Output:
	// im.example.test false <nil>
	// http://im.example.test/instmsg/aliases/anna true <nil>
}

func ExampleParseNotification() {
	anna := rvp.Contact{Node: rvp.Node{Host: "im.example.test", Name: "anna"}, Description: "Anna Poe"}
	ben := rvp.Contact{Node: rvp.Node{Host: "im.example.test", Name: "ben"}}
	message := &rvp.Message{Session: rvp.NewSession(), Body: []byte("See you at noon?")}
	body := (&rvp.Notification{From: anna, To: []rvp.Contact{ben}, MIME: message.Append(nil)}).Append(nil)

	n, err := rvp.ParseNotification(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := rvp.ParseMessage(n.MIME)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.From.Description, "to", n.To[0].Node)
	fmt.Println(m.Kind() == rvp.Text, m.Session == message.Session, string(m.Body))
	// Output:
	// Anna Poe to http://im.example.test/instmsg/aliases/ben
	// true true See you at noon?
}

func ExampleACL() {
	anna := rvp.Node{Host: "im.example.test", Name: "anna"}
	acl := rvp.DefaultACL(anna)
	acl.Entries = append([]rvp.ACE{{
		Principal:   "http://im.other.test/instmsg/aliases/mallory",
		Credentials: rvp.ByAssertion | rvp.ByAny,
		Deny:        rvp.RightSendTo | rvp.RightPresence,
	}}, acl.Entries...)
	fmt.Println(acl.Allows("http://im.other.test/instmsg/aliases/mallory", rvp.ByAssertion, rvp.RightSendTo))
	fmt.Println(acl.Allows("http://im.other.test/instmsg/aliases/carl", rvp.ByAssertion, rvp.RightSendTo))
	fmt.Println(acl.Allows(anna.Principal(), rvp.ByNTLM, rvp.RightsAll))
	// Output:
	// false
	// true
	// true
}

func ExampleProperty() {
	p := rvp.TextProperty(rvp.PropDisplayName, "Poe & Sons")
	fmt.Println(p.Inner)
	fmt.Println(p.Text())
	state, ok := rvp.Property{Name: rvp.PropState, Inner: "<r:at-lunch/>"}.State()
	fmt.Println(state, ok)
	// Output:
	// Poe &amp; Sons
	// Poe & Sons
	// at-lunch true
}
