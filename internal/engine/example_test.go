package engine_test

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/engine"
)

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// clean is what encoding/base64 sees of a line.
func clean(line string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(line) }

// A server that gets the answers of its client from a list.
func ExampleExchange() {
	answers := []string{"YW5uYQ==", "c2VjcmV0"} // anna, secret
	m := &steps{say: []string{"Username:", "Password:", ""}}
	err := engine.Exchange(m, nil, func(challenge []byte) ([]byte, error) {
		line := answers[0]
		answers = answers[1:]
		fmt.Printf("S: 334 %s\nC: %s\n", encode(challenge), line)
		return engine.Response([]byte(line), nil)
	})
	fmt.Println(m.heard[1:], err)
	// Output:
	// S: 334 VXNlcm5hbWU6
	// C: YW5uYQ==
	// S: 334 UGFzc3dvcmQ6
	// C: c2VjcmV0
	// [anna secret] <nil>
}
