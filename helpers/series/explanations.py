"""What the command line says of itself."""

SHORT = {
    "run": "execute the notebooks; what is up to date is not run again",
    "predict": "apply a trained model to a folder of pictures",
    "sample": "draw the synthetic sample data anew",
    "fetch": "get a real data set or pretrained weights, as its licence allows",
    "doctor": "say what is here, and which notebooks can run",
    "report": "make the pages of a run folder anew",
    "clean": "remove the outputs of a profile",
}

EPILOG = """\
Each command explains itself: python start.py run --help

the street:
"""

RUN = """\
Execute the notebooks, each in a fresh kernel, as soon as those it needs are done.
A notebook whose source, parameters, helper code and data have not changed since it last
ran is up to date and is not run again. A notebook that fails keeps what it showed so
far; those that do not need it go on."""

RUN_EXAMPLES = """\
examples:
  python start.py run
      the sample profile: synthetic data, no network
  python start.py run --profile laptop --data ~/derm --skip-missing
      real data, where it is there
  python start.py run --only 03 -p 03.seed 7
      one notebook with another value, and nothing else

exit codes: 0 all well, 1 a notebook failed, 2 nothing was run, 130 ended by Ctrl-C"""

PREDICT = """\
Apply a model that a notebook has trained, Keras or PyTorch, to a folder of pictures.
predictions.csv has a row for each picture (its path below the folder, the label, one
probability for each label). A model that draws masks writes masks/<stem>.png, 0 and
255, in the picture's own size, and their names and shares of lesion into the table.
Pictures that cannot be read are listed in problems.csv."""

PREDICT_EXAMPLES = """\
examples:
  python start.py predict --images ~/pictures --out ~/answers \\
      --model outputs/sample/06_multi_input_cnn/models/multi_input
  python start.py predict --images ~/pictures --out ~/masks \\
      --model outputs/sample/10_ham10000_segmentation/models/segmentation

The folder is written when all pictures are done, or not at all.
exit codes: 0 all well, 1 no picture could be read, 2 nothing was done, 130 Ctrl-C"""

SAMPLE = """\
Draw the synthetic sample data anew: three small data sets with planted truths
(truth.csv), in the same folders as the real ones. `run` does it where it is needed."""

FETCH = """\
Get a real data set or the pretrained weights, as far as its licence allows. Without the
file it needs, the command says which page to visit and what to type next. Nothing is
ever unpacked outside the target folder."""

FETCH_EXAMPLES = """\
examples:
  python start.py fetch ham10000
      says where to get the archive
  python start.py fetch ham10000 --archive ~/Downloads/archive.zip
      unpacks it into data/ham10000
  python start.py fetch fitzpatrick17k --data /data/derm
      downloads the pictures of the table in /data/derm/fitzpatrick17k
  python start.py fetch weights
      gets every pretrained model into a folder that can be copied to a class room"""

DOCTOR = """\
Say what is here: versions, cores, memory, GPU, disk, data sets, weights; and for each
notebook whether it can run, and if not, why. Changes nothing."""

REPORT = """\
Make the pages and the index of a run folder anew, from what lies in it. Works on a
folder that was moved, is half done, or is old."""

CLEAN = """\
Remove the outputs of a profile, and with --data the sample data too; lists what it
removes. Touches nothing outside outputs/ and data/sample."""
