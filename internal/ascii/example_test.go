package ascii_test

import (
	"fmt"

	"github.com/wirepost/wirepost/internal/ascii"
)

func ExampleEqualFold() {
	fmt.Println(ascii.EqualFold("starttls", "STARTTLS"), ascii.EqualFold("\u017ftarttls", "STARTTLS"))
	// Output: true false
}
