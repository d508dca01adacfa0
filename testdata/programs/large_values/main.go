// Values too large to read whole: a slice of 10,000 structs and maps of a
// million entries. It blocks.
package main

import (
	"fmt"
	"strconv"
	"time"
)

type Record struct {
	ID    int
	Name  string
	Tags  []string
	Score float64
	Next  *Record
}

var (
	records = make([]Record, 10_000)
	numbers = make(map[int]int)
	names   = make(map[string]int)
)

func main() {
	for i := range records {
		records[i] = Record{i, "record " + strconv.Itoa(i), []string{"a", "b"}, float64(i) / 2, &records[i/2]}
	}
	for i := 0; i < 1_000_000; i++ {
		numbers[i*3] = i
		names["key "+strconv.Itoa(i)] = i
	}
	fmt.Println("ready")
	for {
		time.Sleep(time.Hour)
		fmt.Println(len(records), len(numbers), len(names))
	}
}
