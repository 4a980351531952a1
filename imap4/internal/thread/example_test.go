package thread_test

import (
	"fmt"

	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/imap4/internal/thread"
)

var messages = []thread.Message{
	{Number: 2, Size: 700, Keys: &summary.Keys{MessageID: "m2", Subject: "ELSE"}},
	{Number: 3, Size: 900, Keys: &summary.Keys{MessageID: "m3", Subject: "LUNCH"}},
	{Number: 6, Size: 300, Keys: &summary.Keys{MessageID: "m6", Subject: "LUNCH", Reply: true, References: []string{"m3"}}},
	{Number: 7, Size: 500, Keys: &summary.Keys{MessageID: "m7", Subject: "LUNCH", Reply: true}},
}

func ExampleReferences() {
	fmt.Printf("* THREAD%s\n", thread.References(messages).AppendTo(nil))
	fmt.Printf("* THREAD%s\n", thread.Refs(messages).AppendTo(nil))
	// Output:
	// * THREAD (2)(3 (6)(7))
	// * THREAD (2)(3 6)(7)
}

func ExampleSort() {
	sorted := append([]thread.Message{}, messages...)
	thread.Sort(sorted, []thread.Criterion{{Key: thread.Subject}, {Key: thread.Size, Reverse: true}})
	for _, m := range sorted {
		fmt.Print(m.Number, " ")
	}
	// Output: 2 3 7 6
}
