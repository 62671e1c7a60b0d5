package smooth

import (
	"fmt"
	"math"
)

// unseen is the part of the motion that noise may have at most to be called none: less does not matter to whoever looks
// at the motion.
const unseen = 1e-3

// Notes says in words what a user should know of a fit, in the units of positions and time.
func (f *Fit) Notes(unit, time string) (notes []string) {
	notes = append([]string{}, f.Doubts(unit, time)...)
	if f.Rest {
		return notes
	}
	say := func(format string, a ...any) { notes = append(notes, fmt.Sprintf(format, a...)) }
	if f.Q.Low == 0 && f.Q.High <= unseen*f.Size && f.Jitter.Value == 0 {
		say("no noise found: it is below %s", with(f.Q.High, unit))
	}
	if s := f.Scale; s.Value > 0 {
		say("recorded velocities are %.4g times (%.4g … %.4g) those of the positions, and %s late (%.3g … %.3g); "+
			"they are used as such", s.Value, s.Low, s.High, with(f.Lag.Value, time), f.Lag.Low, f.Lag.High)
	}
	if j := f.Jitter; j.Value > 0 {
		say("times jitter by %s (%.3g … %.3g): each row counts with the noise that this makes at its speed",
			with(j.Value, time), j.Low, j.High)
	}
	if f.Quantum > 0 {
		say("positions are read in steps of %s, which leave a noise of %s where all rows are counted",
			with(f.Quantum, unit), with(f.Quantum/math.Sqrt(12), unit))
	}
	if f.Stale > 0 {
		say("%d numbers repeat the one before until it jumps, or are 0 between two jumps: they count as gaps", f.Stale)
	}
	if f.Outliers > 0 {
		say("%d numbers are off the motion through all others by more than %d deviations of the noise, and "+
			"are left out",
			f.Outliers, beyond)
	}
	return notes
}

// Doubts are those of the notes that say why little may be learned from the coordinate.
func (f *Fit) Doubts(unit, time string) (notes []string) {
	say := func(format string, a ...any) { notes = append(notes, fmt.Sprintf(format, a...)) }
	switch {
	case f.Rest:
		say("never moves")
	case f.Q.Value > f.Size:
		say("noise of %s is larger than the motion of %s: little is known of it; "+
			"if it does move more, rows every %s are too far apart to show it",
			with(f.Q.Value, unit), with(f.Size, unit), with(f.Step, time))
	case f.Q.Low == 0 && f.Q.High > unseen*f.Size && f.Jitter.Value == 0:
		say("noise cannot be told from motion, anything up to %s fits: rows every %s are too far apart; "+
			"about %s by %s would tell",
			with(f.Q.High, unit), with(f.Step, time), with(f.Wanted(), "rows"), orWord(time, "unit of time"))
	case !f.isNoisy():
	case f.isColoured():
		say("noise and deviations are rough: errors of prediction are not white (autocorrelation %.2g); "+
			"rows every %s are too far apart for the motion, or the noise is not white; about %s by %s would tell",
			f.Correlation, with(f.Step, time), with(f.Wanted(), "rows"), orWord(time, "unit of time"))
	case f.isSparse():
		say("noise and deviations are rough: only %.2g rows in a period of the fastest part of the motion; about %s "+
			"by %s would do",
			f.Swing/f.Step, with(f.Wanted(), "rows"), orWord(time, "unit of time"))
	}
	return notes
}

// Rough says that the noise may be wrong by a factor, where a motion is recorded that is too fast for its rows; with
// some of them it was found where there was none at all.
func (f *Fit) Rough() bool { return f.isSparse() || f.isNoisy() && f.isColoured() }

// isNoisy says that positions have noise, and not rounding alone.
func (f *Fit) isNoisy() bool { return f.Q.Low > 0 && f.Q.Value > unseen*unseen*f.Size }

func (f *Fit) isColoured() bool { return math.Abs(f.Correlation) > coloured }

func (f *Fit) isSparse() bool { return f.Swing/f.Step < sparse }

// coloured is an autocorrelation of the errors of prediction above which the prior was seen to be wrong: two sines with
// noise of a hundredth of them have −0.35 at 20 rows in a period, and σ within 5 %, but −0.6 at 9, and half of σ.
const coloured = 0.5

// sparse is a number of rows in a period of the fastest part of the motion below which noise was seen to be wrong by a
// factor of two to three (double pendulums with σ = 0.01 at 10 Hz; at 25 Hz it was within 15 %).
const sparse = 10

// Wanted is about the rate, in rows by unit of time, from which noise of the size that was found can be told from
// motion: twice the present one, 16 rows in a period of the fastest part of the motion, and that at which the motion is
// as strong as the noise at a third of the highest frequency of the rows, whichever is most. With κ = σ² ω^2m h of the
// motion and σ held, ωh goes as h^(1−1/2m).
func (f *Fit) Wanted() float64 {
	x := f.Cutoff * f.Step / (math.Pi / 3)
	return max(2/f.Step, 16/f.Swing, math.Pow(max(x, 1), 1/(1-1/(2*float64(f.Order))))/f.Step)
}

// with is a number with its unit.
func with(x float64, unit string) string {
	if unit == "" {
		return fmt.Sprintf("%.3g", x)
	}
	return fmt.Sprintf("%.3g %s", x, unit)
}

func orWord(unit, word string) string {
	if unit == "" {
		return word
	}
	return unit
}
