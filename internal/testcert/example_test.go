package testcert_test

import (
	"fmt"

	"github.com/wirepost/wirepost/internal/testcert"
)

func ExampleNew() {
	cert, err := testcert.New("localhost", "127.0.0.1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cert.Leaf.DNSNames, cert.Leaf.IPAddresses)
	// Output: [localhost] [127.0.0.1]
}
