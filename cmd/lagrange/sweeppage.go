//go:build !nosweep

package main

import (
	"context"

	"lagrange/experiment"
	"lagrange/paper"
	"lagrange/sweep"
)

// section lays out what an experiment of a page has left, and writes the page again.
func section(ctx context.Context, d *sweep.Folder, board sweep.Board, r *sweep.Result) error {
	if !d.Sweep.File.Page() || r == nil || r.Failed() {
		return nil
	}
	if err := d.Collect(ctx, board, *r); err != nil {
		return err
	}
	return experiment.Page(d.Path, paper.Experiments(), ownCode())
}
