package command

import (
	"context"
	"fmt"
	"text/tabwriter"
)

func checkpointsCommand() *Command {
	return &Command{
		Name: "checkpoints", Group: Running,
		Usage: "checkpoints",
		Short: "List the marked positions of a recording.",
		Run: func(ctx context.Context, s *Shell, _ Input) error {
			list, err := s.Client.ListCheckpoints(ctx)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(s.Out, 4, 4, 2, ' ', 0)
			defer w.Flush()
			fmt.Fprintln(w, "ID\tWhen\tNote")
			for _, c := range list {
				fmt.Fprintf(w, "c%d\t%s\t%s\n", c.ID, c.When, c.Where)
			}
			return nil
		},
	}
}
