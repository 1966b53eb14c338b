"""What a document is, and why: `load()` gives the classifier, `Classifier.classify` the answer.

Content, structure and look decide; the file name and the mail's words are weaker evidence. See `features` for what is
looked at, `cues.yaml` for the words, `scores` for how they weigh, and `train` for how the weights were found.
"""

from intake.classify.classifier import Classifier, load

__all__ = ["Classifier", "load"]
