package fit

import (
	"time"

	"lagrange/model"
)

// This file is the one table of the numbers that trainings go by, each with what speaks for it. "The loss without
// acceleration" is that of a model that predicts q̈ = 0 on the same data. "Not tuned" says that no other number was
// measured.

// What the plan decides by, and what it takes where nothing is said.
const (
	DefaultModel      = "lnn"      // a Lagrangian of any form
	BaselineModel     = "nn"       // what a model is measured against; with parameters of 0 it predicts q̈ = 0
	defaultActivation = "softplus" // of [Cranmer2020]; lagrange reproduce activations measures the others
	defaultLoss       = "huber"    // quadratic for small residuals, as l2; single wrong rows do not rule it

	// horizonSteps is the horizon in time steps, and mostWindow the longest training window in them. Not tuned: a
	// window costs as much as it is long. Recordings at 1 kHz want longer ones, which --window and --horizon give.
	horizonSteps, mostWindow = 25, 32

	// mostNewton is the number of parameters P up to which Gauss–Newton is the default of more than mostKaczmarz
	// coordinates: beyond, its equations, P³, take longer to solve than they save.
	mostNewton = 6000

	// mostQuadratic is the same where they are mostly outputs of the quadratic head, which are d(d+1)/2. Error of the
	// acceleration, over that of none, on new states of chains of d pendulums (angles within 1 rad, speeds within 2
	// rad/s), after so much processor time of one core, 600 steps of Adam before those of Gauss–Newton:
	//
	//	     Gauss–Newton, 20x2                        Adam, 64x2
	//	d    P, quadratic head    P, plain head        plain head
	//	7    1469, 0.15 (14 s)     881, 0.23 (14 s)    0.13 (14 s)
	//	14   3506, 0.50 (41 s)    1301, 0.36 (29 s)    0.23 (29 s)
	//	30                        2261, 0.55 (42 s)    0.42 (41 s)
	mostQuadratic = 3000

	// mostKaczmarz is the number of coordinates up to which nets learn accelerations by steps on small batches
	// (train.Kaczmarz). Error of the acceleration of what is held out, of small nets (Gauss–Newton 200 steps, Kaczmarz
	// 2000, which take as long), seeds 1 and 2, with a hundredth of noise and without: doc/measured.md. Of large nets
	// error on new states after 15 s of one core, over that of none, of 20,000 states of chains of d pendulums (angles
	// within 1 rad, speeds within 2 rad/s), 80x2, seed 1:
	//
	//	d    Kaczmarz, quadratic head    Adam, quadratic head    Adam, plain head
	//	3    0.0005                      0.007                   0.013
	//	4    0.078                                               0.030
	//
	// and of 2000 states of d = 2 0.0022 and, with a plain head, 0.0042; of 500 states of d = 1 3.6e-6 and 3.6e-4. Of
	// seven pendulums (20x2) it went astray: some states accelerate far more than others.
	mostKaczmarz = 3

	// mostWeights is the number of parameters up to which they are. Error of the acceleration held out, over that of
	// none, of 20 swings of a double pendulum of 5 s each (lagrange simulate and train, doc/performance.md), seeds 1
	// to 3, worst, or 1 alone, after so much time of one core:
	//
	//	net      P          s      Kaczmarz    Adam, plain head    Adam, quadratic head
	//	200x2    42,404     60     4.6e-5      0.12                0.30 (1)
	//	200x3    82,604     60     0.0089      0.16                0.32 (1)
	//	300x3    183,904    120    0.16 (1)
	//	500x4    755,501    180    0.25 (1)    0.12 (1)
	//
	// The last two had steps of Adam on 32 rows before; the 256 of a warm-up take 230 s of the largest.
	mostWeights = 100_000

	DefaultBudget = time.Minute     // a first model while one waits; not tuned
	saveEvery     = 5 * time.Second // between checkpoints, the most work that a power cut can cost; not tuned
)

// newtonWidths are the two layers of a net that Gauss–Newton trains, by the rows that it learns from (of a graph rows
// times nodes). Held-out error of the acceleration after 150 steps, two seeds, by width:
//
//	             rows     8x2             12x2            20x2
//	double       1040     0.0015, 0.077   0.0020, 0.24    0.0061, 0.14
//	cart-pole     312     0.031, 0.0054   1.5, 0.023      1.8, 0.036
//	             3120     0.0003, 0.0006  0.0001, 0.0001  0.00005, 0.00005
//	Kepler       1040     0.0062, 0.0035  0.016, 0.0089   0.083, 0.030
//	             3120     0.0020, 0.0022  0.0017, 0.0032
//	triple      10040     0.064, 0.096    0.017, 0.016    1.2 (stuck), 0.016
//	two bodies  10040     0.0079, 0.0018  0.015, 0.0022   0.013, 0.0024
//
// (lagrange reproduce small-data and seeds measure the like.)
var newtonWidths = []struct{ below, units int }{{2000, 8}, {20_000, 12}, {1 << 62, 20}}

// What Adam takes where nothing is said. Not tuned since Gauss–Newton has become the default on accelerations. Windows
// have smaller nets, for a step costs as much as its window is long, and still smaller ones where there are few rows.
const (
	adamBatch, adamRate         = 128, 1e-2 // rows, on accelerations
	adamUnits                   = 64        // of two layers, on accelerations
	windowRows, windowRate      = 1024, 5e-3
	leastWindows                = 16     // of a batch that has windowRows rows in all
	windowUnits, fewWindowUnits = 32, 16 // on windows, of two layers; where the recording has fewer than
	fewRows                     = 5000
)

// What a batch of Gauss–Newton has: so many residuals for each parameter, and rows at least. The method itself does
// with 2.5 of exact data (train); recordings have noise.
// A sum of terms takes up to mostAtOnce recorded accelerations, if they are all.
const residualsPerParameter, leastBatch, mostAtOnce = 10, 64, 10_000

// dearParameters are those of the quadratic head from which on, of wideNet coordinates and more, accelerations are
// learned by a net that sees q alone, with dearResiduals for each parameter and the average over steps (train). Error
// of the acceleration as above, of 20,000 states of a chain of seven, 20x2, after 12 s of one core (13 and 60 steps),
// seeds 1 to 4; and of 1900 states, 8x2, after 4 s, seeds 1 and 2:
//
//	sees q and v, 10 residuals       0.172  0.256  0.283  0.189     0.267  0.256
//	sees q alone, 2.5 residuals      0.148  0.159  0.142  0.153     0.293  0.255
const dearParameters, dearResiduals = 1000, 2.5

// Of states with more than wideSample coordinates a batch has fewer rows, and leastWide at least. Gauss–Newton is for
// graphs of up to mostNewtonSites coordinates: J of one state then has some 50 MB.
const wideSample, leastWide, mostNewtonSites = 128, 8, 1 << 14

// What is measured besides.
const (
	noiseRows, noiseColumns = 400, 8   // rows of a coordinate, and coordinates, whose noise the plan tells: 0.2 s each
	toldRows                = 80       // of them where noise decides nothing
	leastNoiseRows          = 10       // rows of a trajectory that has a say in it
	noisePiece              = 100      // rows of a part of it, of recordings with velocities
	massStates, massWork    = 200, 4e6 // states at which mass matrices are measured; d³ for each of them
)

// convexNets are the nets that a convex initialisation is tried with where nothing was said of the net: one layer,
// whose outputs it solves for. Narrower ones, and deeper ones of the same cost, were left ten to a hundred times as far
// off.
var convexNets = []model.Spec{
	{Hidden: []int{160}, Head: model.Plain},
	{Hidden: []int{60}, Head: model.Quadratic},
}

// naturalNet is that of an lnn whose net sees q and no v, L = ½ vᵀM(q)v − V(q), tried where no other guess is
// excellent: of chains of two and three pendulums, 800 pieces of five rows, 30 steps left 0.018 and 0.049 of motions of
// 3 s without it, and 0.0008 and 0.005 with it. Of orbits it ended four times further off, though its guess was six
// times better: after trialSteps it has to leave clearly less than the best of the others.
var naturalNet = model.Spec{Hidden: []int{60}, Head: model.Quadratic, Natural: true}

// convexRidges are the ridges of a convex initialisation on estimated accelerations, chosen from by the selection set.
// What is estimated from noise asks for the larger ones, orbits recorded to ten digits for the smallest.
var convexRidges = []float64{1e-12, 1e-8, 1e-5, 1e-3}

// When a sum of terms is taken where no model was asked for: after so many steps on windows, if it leaves so much of
// the loss without acceleration. A network is left with 1e-6 to 1e-4 after some hundred steps.
const trialSteps, exactTerms, clearly = 10, 1e-7, 0.1

// How sums of terms are tried on recorded accelerations.
const (
	leastLinks  = 4    // angles from which on the library of a chain of links stands in for the default one,
	mostLinks   = 7    // and up to which friction is looked for with it: of joints it has 588 terms;
	leastSerial = 3    // angles from which on an arm with any axes has terms that no other library has,
	mostSerial  = 5    // and up to which it is tried: of six it has 9947;
	mostTerms   = 2100 // coefficients at most: 1652 take five seconds,
	linkRows    = 4000 // and rows that are seen, of which
	linkNumbers = 3    // numbers for each coefficient, and
	leastSeen   = 200  // rows at least, show whether there is next to nothing left. Not tuned.
	clearOf     = 0.02 // of its largest value: a distance stays above. Not tuned.

	// Where there is something left, libraries of up to mostTried coefficients learn from all those rows (that of links
	// has 588 of seven joints and, with gains and offsets of motors, 644), and one that leaves less than mayServe of
	// the loss without acceleration is kept beside the network. Not tuned.
	mostTried, mayServe = 700, 0.5
	lostLoss            = 100 // times the loss without acceleration: a stretch with more is lost. Not tuned
)

// How an initial guess is made and kept.
const (
	// goodGuess is what a convex initialisation from recorded accelerations may leave of the loss without acceleration
	// to be kept. Where it left more, Adam from the parameters as drawn served better. Validation after 60 steps of
	// Gauss–Newton from the one and from the other: double pendulum (seed 2) 7.6e-4, 2.2e-5; cart-pole (seeds 1, 2)
	// 1.7e-7, 2.6e-8 and 2.2e-6, 3.5e-8; two bodies, error of the position over constant velocity's, 0.0033, 0.0013.
	goodGuess = 0.02

	// cleanGuess is what a guess may leave on windows for Gauss–Newton to go on from it. Where it leaves more, noise
	// rules the recording: on short noisy ones Gauss–Newton was seen to end at predictions twice to three times as far
	// off as Adam, which stops earlier on the way.
	cleanGuess = 0.05

	// excellentGuess is what a convex initialisation may leave for the deep net not to be tried. Orbits leave less. Of
	// the double pendulum it leaves more, and the deep net brought the error of the acceleration after 100 steps from
	// 0.006–0.7 to some thousandths.
	excellentGuess = 1e-4

	// of Gauss–Newton on estimated accelerations, each of which takes a hundredth of one on windows
	rehearsalSteps   = 60
	convexSamples    = 4000    // of a convex initialisation on windows; not tuned,
	convexWork       = 1 << 30 // nor what a round may cost, in products
	selectionWindows = 192     // windows of each part in the selection set that chooses a guess; not tuned,
	validationMost   = 256     // nor those of the steps that follow
	// of the scales of accelerations: slower trajectories weigh as if they had this; not tuned
	slowTrajectory = 0.01
	besideGap      = 3 // rows about a gap whose estimated accelerations are left out: what the estimates reach
)

// The steps of Adam before those of Gauss–Newton.
const (
	// warmEnds and warmFails are what they are to leave of the loss without acceleration, held out, and what many of
	// them may leave before other parameters are drawn. A triple pendulum whose 600 steps left more than a tenth ended
	// at 0.24 of constant velocity's error, and at 0.004 with 3000.
	warmEnds, warmFails = 0.1, 0.4
	warmChecks          = 4096 // states of a validation at most, however many are held out
	warmBatch           = 256  // states, of a graph nodes, at least 16 states
	leastWarmBatch      = 16
	warmRate            = 5e-3
)

// warmSteps are those of Adam, and those in their place where the first ones leave too much. Five cycles of the fewer
// ones did not do what the many did. The last ones are for other draws: of the relativistic particle one draw of ten
// leaves two thirds where the others leave a quarter, and the steps of Gauss–Newton then find no way out of it.
var warmSteps = []int{600, 3000, 3000, 3000}

// rivalSteps are those of Kaczmarz, of which worthSteps cost as much as one of Gauss–Newton, after which the better of
// them goes on, in nets of up to mostRival parameters. What they leave of what is held out, six systems as recorded and
// with noise (doc/measured.md), seeds 1 and 2: Kaczmarz less in 22 of 24, by up to 10⁴ times; in the other two, triple
// pendulums, 0.19 for 0.17 and 0.05. Of the relativistic particle it leaves 0.18 and 0.26, Gauss–Newton 0.0003 and
// 0.05: there steps that satisfy a few rows spoil others, near the speed of light, and eight of ten seeds were poor
// without this (lagrange reproduce seeds). mostRival is not tuned.
const rivalSteps, worthSteps, mostRival = 300, 10, 1000

// Of so many coordinates and more no more than the first steps are made, and so many solutions of the convex
// initialisation: a step costs ten times as much as of two. On 600 rows of an arm of seven joints 9600 steps, of 55 s
// of one core, ended where 600 did, at no more than without acceleration.
const wideNet, wideRounds = 7, 4

// When it is decided whether a training leads anywhere, and what it is given up for.
const (
	decideAfter = 3 // a third of the steps; not tuned

	// hopeless is the share of the loss without acceleration that is no better than that.
	hopeless = 0.9
	// a third of less shows little yet: then only a loss above that without acceleration is hopeless
	fewSteps     = 50
	fewStates    = 0.05 // of the sample, at which M need not be positive definite
	mostRestarts = 3    // each costs a third of the steps that are left
)

// Trajectory segments, which long-horizon roll-outs learn from.
const (
	// error of roll-outs, in units of scales, up to which a model is said to follow; not tuned
	followed   = 0.3
	muchLonger = 4 // times a window: shorter segments would say what windows say
	// a single one for each orbit was learned by heart: one that began 50 rows later got no better
	severalSegments = 12
	longestPart     = 15. / 16 // of a trajectory, so that segments begin at more than one row
	strideChange    = 1e-2     // of the error of roll-outs: what longer steps of the integrator may change
	mostStride      = 8        // rows that a step spans at most, a power of two
	firstStride     = 4        // with which the length of segments is found
	strideTrials    = 8        // roll-outs that say what a stride changes
	// of the windows in the selection set: they may get a little worse for much better roll-outs
	windowShare      = 0.02
	mostSegments     = 64      // not tuned,
	mostSegmentRows  = 1 << 15 // nor the rows of all: they bound memory
	mostTimes        = 200     // observation times of a segment at most,
	leastResiduals   = 8       // and residuals of all segments at least
	segmentResiduals = 6       // residuals of segments, and of what stands beside them, for each parameter
	segmentDamping   = 1e-4    // of the first step: with that of the windows, smaller, it was seen to spoil them
	stateCost        = 100     // products for each parameter that a state costs with its derivatives
)

// How a budget in seconds becomes a number of steps.
const (
	leastShare        = 10    // a tenth of the budget is left for steps, whatever preparation took
	recentValidations = 6     // whose time says what a step takes
	earlySteps        = 0.1   // of a run: its steps may be shorter than later ones, so that there are not to be more
	settledSteps      = 0.03  // of the steps in all: fewer are not worth a change
	leastSettled      = 2     // validations in which a sum of terms got no better by
	littleBetter      = 1e-3  // of the loss: it ends, and so it does where it leaves no more than
	nothing           = 1e-20 // of the loss without acceleration
)

// How motion with noise is learned from (objective motion). What selects and shoots has its own numbers
// (train.Identification).
const (
	shootingSteps = 6   // for each length of segments; they end earlier where nothing is gained
	blurred       = 3   // times the median deviation of velocities: smoothed states beyond say little
	smoothedSteps = 100 // of Gauss–Newton on smoothed accelerations, of a net without linear parameters
	downToNoise   = 1.25

	// leastNoise is what noise counts as at least, as a share of the motion: no net follows it closer, and in units of
	// less all candidates look lost (train.modelError), so that none was shot with and the choice among them was
	// blind.
	leastNoise = 1e-4
	// in −2 log likelihood, three standard deviations: what forces held between rows have to gain
	likelier = 9
	heldPart = 0.25 // of the fastest swing, in a window of a recording of velocities; not tuned
	muchMore = 2    // times horizonSteps that this has to be; not tuned
	// of the time between rows, the change of a delay whose likelihood is looked at; and how often at most it is set
	delayStep, mostDelays = 0.25, 5
	doubtful              = 9 // mean square of held-out residuals in units of the noise; a good model has 1
	weakUnits, shotUnits  = 60, 16

	// softened is what weights of the first layer are multiplied by. Median error of a double pendulum after a quarter
	// of a second, over that of the true equations fitted to half-second segments (σ = 0.01, seed 2; rms): 0.15 leaves
	// 2.6 (4.8), 0.05 leaves 1.9 (3.0). Before widths of the prior settled 1 left 4.9 (43), 0.5 left 3.0 (26), 0.15
	// left 3.0 (5.5).
	softened = 0.05
	// exactUnits are those where there is less noise than leastNoise. Of a double pendulum without noise (seeds 1 to 3)
	// 120 leave 0.05, 0.22, 0.11 % of the acceleration on new motions, 200 leave 0.04, 0.10, 0.07 %, in twice the time.
	exactUnits   = 200
	frictionGain = 10 // of the logarithm of a likelihood: chance gives a few parameters two or three,
	chanceGain   = 50 // and the steps of shooting that more friction had may give this; not tuned
	// of the friction that a model begins a training with, where one without goes on: that moves little by more than
	// the noise. All of it left 5131 in place of 0.99 of two bodies, from which no step led back
	littleFriction = 1e-4
	mostIdle       = 2 // kinds of friction in a row that bring nothing, and no more are tried; not tuned
	// of recorded states: what more friction may leave of the mean square that less leaves, from a mean square on; rows
	// that say so; half-length of the bumps in swings, and in rows at least; ridge. Not tuned
	frictionLeaves, leastLeft, frictionRows = 0.25, 1e-8, 2000
	frictionHalf, leastHalf, frictionRidge  = 0.15, 5, 1e-9
	// Of smoothed motion with up to denseRows in the fastest swing the weak form is tried, too, with bumps weakTimes as
	// long. Of a chain of seven pendulums with 12 rows and a noise of 0.003 (seed 2) accelerations of fresh motion were
	// off by 4.5 % after learning from smoothed ones, and by 2.9, 1.3 and 1.6 % with bumps of 5, 8 and 12 rows; with 25
	// and 0.001 by 0.04 %, and by 0.4 % at best. Of an arm with 206 the two were alike
	denseRows = 50
	// of many coordinates, numbers for each coefficient that say so. With five an arm of seven joints with viscous and
	// dry friction seemed to have none, with ten both
	frictionNumbers = 12
	mostRest        = 0.3  // of the rows at rest are worth a word in an error; not tuned,
	nothingMoves    = 0.95 // nor those beyond which nothing is learned,
	restSD          = 3    // nor the deviations of a velocity within which nothing moves
	// rows to learn from, of a longer recording stretches of so many of its fastest swings, or so many rows at least;
	// a part of that to choose by. Of 600,020 rows of a pendulum with 0.01 rad of noise 20,001 leave a deviation of
	// 3e-5 of g/l, and take 45 s of one core; all of them were not done after ten minutes
	sampleRows, sampleHeld     = 20_000, 4
	sampleSwings, leastStretch = 16, 100
	leastBlocks                = 5 // are held out of fewer than data.ManyTrajectories
)

// weakTimes are the lengths of bumps, over those that friction is found with; see denseRows.
var weakTimes = []float64{1, 1.6, 2.5}

// When a recording of positions and velocities is learned from by its motion, as positions alone are.
const (
	// noisyPart is the part of the motion in a column that its noise may have for windows to be learned from. Median
	// error of the first coordinate (rad, rad, m) over windows of 1 s of other, exact motion, from 10 trajectories of
	// 4 s at 50 Hz with noise of σ in all columns, and processor time; of the network learned from windows (60 steps),
	// and of network and sum of terms shot:
	//
	//	σ      pendulum                          double pendulum                cart and pole
	//	0      8.7e-7  2.8e-5  3.5e-7            0.0091  0.0022  2.0e-5         0.0057  0.031   1.0e-6
	//	1e-6   2.0e-6  4.9e-7  1.3e-7            0.0059  0.0024  1.7e-5         0.0050  0.015   8.7e-7
	//	1e-5   5.7e-6  2.3e-6  6.1e-8            0.019   0.0016  1.7e-5         0.011   0.0061  1.1e-6
	//	1e-4   7.3e-5  1.1e-5  6.6e-8            0.025   0.0033  1.7e-5         0.013   0.0044  1.5e-6
	//	0.001  4.5e-4  1.1e-4  1.1e-7            0.028   0.0020  2.9e-5         0.46    0.014   7.5e-6
	//	0.01   0.0050  8.2e-4  9.0e-7            0.065   0.0061  1.7e-4         0.46    0.033   6.6e-5
	//	       53 s    2 s     2 s               30 s    20 s    20 s           25 s    5 s     10 s
	//
	// So between 1e-6 and 1e-5, of which the cart's motion of 0.7 m makes 1.4e-6 and 1.4e-5. With σ = 0.001 a plain
	// network shot left 2.7e-4, 0.69, 0.11, from windows (600 steps) 0.016, 0.54, 0.18; a Neural ODE does the same. A
	// Deep Lagrangian network left 0.0079, 0.90, 0.46 and 0.0043, 0.17, 0.077: it is not shot unasked.
	noisyPart = 2e-6

	// mostShot are coordinates up to which noisy velocities are learned from so unasked. From 2010 rows of a triple
	// pendulum with σ = 0.001 a network took two minutes of processor time, and came to 0.17 rad where windows came to
	// 0.84; a sum of terms takes longer. From 1208 rows of a chain of four with σ = 0.003 a sum of terms took 24 s, and
	// came to 0.0033 rad half a second ahead, where a network that learned from windows for 11 s came to 1.2; of a
	// chain of five it took 44 s, and came to 0.005. Time grows with rows.
	mostShot = 5

	// shotCubes are the rows times the cube of the coordinates that are shot: sampleRows of two. Of more rows what a
	// smoother found is learned from, unless shooting is asked for: of 3612 rows of a chain of four it took 60 s, and
	// came to 0.006 rad half a second ahead, where shooting was not done in 500 s; of 20,000 rows of an arm in space of
	// three joints it took 43 s, and came to 3e-5 rad a quarter of a second ahead, where shooting with 5925 of them was
	// not done in 20 minutes of one core.
	shotCubes = 160_000

	// mostNodesShot is mostShot of graphs, whose sites share what is learned. From 410 rows of a ring of springs with
	// σ = 0.01 (positions alone) 16 sites took 13 s of one core, 32 took 52 s.
	mostNodesShot = 32
)
