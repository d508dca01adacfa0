package command

import "context"

func checkpointCommand() *Command {
	return &Command{
		Name: "checkpoint", Aliases: []string{"check"}, Group: Running,
		Usage: "checkpoint [note]",
		Short: "Mark the current position of a recording.",
		Help: `Only a target that can go back to a position has checkpoints: a recording, not
a live process.`,
		Run: func(ctx context.Context, s *Shell, in Input) error {
			note := in.Args
			if note == "" {
				state, err := s.Client.State(ctx, true)
				if err != nil {
					return err
				}
				note = s.currentPosition(state)
			}
			id, err := s.Client.Checkpoint(ctx, note)
			if err != nil {
				return err
			}
			s.printf("Checkpoint c%d created.\n", id)
			return nil
		},
	}
}
