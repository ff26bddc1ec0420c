"""What can be wrong with a run of the clinic: each condition with its cause, and the repairs that are offered for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Repair:
    """A change that can be tried: as code for the learner, and as words of an experiment line."""

    code: str
    words: str
    why: str  # what it does to this cause


@dataclass(frozen=True)
class Condition:
    """`cause` says how it comes to its symptoms. The first repair is the cure; a healthy run needs none."""

    id: str
    name: str
    cause: str
    repairs: tuple[Repair, ...] = ()

    @property
    def cure(self) -> Repair | None:
        """The repair that removes the cause."""
        return self.repairs[0] if self.repairs else None


LONGER = "train three times as long: 1,200 steps"

CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "other-optimizer",
        "the optimizer holds another model's weights",
        "The model was made again after its optimizer. backward fills the gradients of the new one, step moves the old one.",
        (
            Repair(
                "SGD(model.parameters(), lr=0.1), made after the model",
                "mistake=none",
                "Now step moves the weights whose gradients backward fills.",
            ),
            Repair("SGD(…, lr=1.0)", "lr=1", "A rate multiplies the step of weights that nobody uses."),
            Repair(LONGER, "steps=1200", "Steps that miss the weights miss them at any number."),
        ),
    ),
    Condition(
        "zero-init",
        "all weights start at zero",
        "A hidden layer of zeros passes no gradient back, and gets none. Only the last bias learns, from the class frequencies.",
        (
            Repair(
                "leave out nn.init.zeros_: PyTorch's own start",
                "init=default",
                "Weights that differ pass gradients back that differ.",
            ),
            Repair("Adam in place of SGD", "adam lr=1e-3", "Adam rescales a gradient, and 0 stays 0."),
            Repair("SGD(…, lr=1.0)", "lr=1", "A rate multiplies the gradient, and 0 stays 0."),
        ),
    ),
    Condition(
        "softmax-twice",
        "a softmax before CrossEntropyLoss",
        "CrossEntropyLoss applies log-softmax itself. On probabilities it has a floor of 1.461, and about a tenth of the gradient.",
        (
            Repair(
                "return logits: no softmax before the loss",
                "mistake=none",
                "On logits the loss can fall to 0, with the whole gradient.",
            ),
            Repair(
                "SGD(…, lr=1.0)",
                "lr=1",
                "Ten times the rate makes up for a tenth of the gradient. The floor of 1.461 stays under the loss.",
            ),
            Repair(LONGER, "steps=1200", "It goes on learning slowly, towards a loss of 1.461 at best."),
        ),
    ),
    Condition(
        "rate-too-large",
        "the learning rate is too large",
        "The first steps throw the weights far off, and the ReLUs end up silent, or the numbers overflow.",
        (
            Repair(
                "SGD(…, lr=0.1)", "lr=0.1", "Steps of a few thousandths of the weights turn around in time."
            ),
            Repair(LONGER, "steps=1200", "After the leap no gradient is left that could lead back."),
            Repair("nn.Dropout(0.5) behind each ReLU", "dropout=0.5", "Dropout makes no step shorter."),
        ),
    ),
    Condition(
        "rate-too-small",
        "the learning rate is too small",
        "Every weight moves in the right direction, by a hundredth of a useful step.",
        (
            Repair("SGD(…, lr=0.1)", "lr=0.1", "The same directions, at a useful length."),
            Repair(LONGER, "steps=1200", "It would take some tens of thousands of such steps."),
            Repair("wider layers: 256 and 128", "mlp:256,128", "More weights, each moved as little."),
        ),
    ),
    Condition(
        "no-zero-grad",
        "zero_grad is missing",
        "Each gradient is added to all that came before. The steps grow, point to the past, and turn around too late.",
        (
            Repair(
                "optimizer.zero_grad() before loss.backward()",
                "mistake=none",
                "Each step follows the gradient of its own batch.",
            ),
            Repair(
                "SGD(…, lr=0.01), and 1,200 steps",
                "lr=0.01 steps=1200",
                "A smaller rate puts the fall off. The sum still grows.",
            ),
            Repair(
                "SGD(…, weight_decay=0.01)",
                "weight-decay=0.01",
                "Decay pulls at the weights. It is the sum of gradients that grows.",
            ),
        ),
    ),
    Condition(
        "sorted",
        "the training data are sorted by class",
        "Each batch holds one class, so the model learns to answer that class, and forgets it with the next.",
        (
            Repair("DataLoader(…, shuffle=True)", "order=shuffled", "Each batch is a sample of all classes."),
            Repair(
                "batches of 128", "batch=128", "A larger batch of sorted images still holds a class or two."
            ),
            Repair(
                "nn.Dropout(0.5) behind each ReLU",
                "dropout=0.5",
                "Dropout is against knowing images by heart. Here whole classes are forgotten.",
            ),
        ),
    ),
    Condition(
        "val-transposed",
        "validation images are transposed",
        "The model learned upright digits and is asked about digits whose rows and columns are swapped.",
        (
            Repair(
                "the training's transform for the validation too",
                "mistake=none",
                "Both sets are seen the same way up.",
            ),
            Repair(
                "nn.Dropout(0.5) behind each ReLU", "dropout=0.5", "There is no over-fitting to be cured."
            ),
            Repair(
                "stop earlier: after 200 steps",
                "steps=200",
                "The gap was there at the first look; it does not come with time.",
            ),
        ),
    ),
    Condition(
        "val-unscaled",
        "validation pixels are left at 0 to 255",
        "All logits grow with the pixels: the order of the classes mostly stays, and each error costs 255 times as much.",
        (
            Repair("divide the validation's pixels by 255", "mistake=none", "Both sets have the same scale."),
            Repair(
                "stop earlier: after 200 steps",
                "steps=200",
                "The loss is large from the first look on; it does not come with time.",
            ),
            Repair(
                "nn.Dropout(0.5) behind each ReLU", "dropout=0.5", "There is no over-fitting to be cured."
            ),
        ),
    ),
    Condition(
        "eval-forgotten",
        "the validation runs in train mode",
        "Dropout is still on while you measure: half of the units are missing, other ones each time.",
        (
            Repair(
                "model.eval() before the validation",
                "mistake=none",
                "All units answer, and the same question has the same answer.",
            ),
            Repair(
                "nn.Dropout(0.2) in place of 0.5",
                "dropout=0.2",
                "Fewer units are missing. Two measurements still differ.",
            ),
            Repair(LONGER, "steps=1200", "A better model, still measured with half of its units."),
        ),
    ),
    Condition(
        "shuffled-labels",
        "the labels belong to other images",
        "Labels were shuffled apart from their images. Nothing in an image tells its label, so even guessing is the best answer.",
        (
            Repair(
                "one permutation for images and labels",
                "noise=0",
                "Each image has its own label again, so there is something to learn.",
            ),
            Repair("SGD(…, lr=1.0)", "lr=1", "Longer steps find nothing where nothing is to be found."),
            Repair(LONGER, "steps=1200", "In time it would learn the wrong labels by heart."),
        ),
    ),
    Condition(
        "head-only",
        "the optimizer holds the last layer only",
        "The hidden layers stay as they were drawn. The last layer alone makes what it can of them.",
        (
            Repair(
                "SGD(model.parameters(), lr=0.1)",
                "mistake=none",
                "All layers move.",
            ),
            Repair(LONGER, "steps=1200", "The last layer gets a little further; the hidden ones stay."),
            Repair("wider layers: 256 and 128", "mlp:256,128", "More units, as random as before."),
        ),
    ),
    Condition(
        "raw-pixels",
        "all pixels are left at 0 to 255",
        "The inputs are 255 times too large, and so are the first loss and the first gradient: the first step is a leap.",
        (
            Repair(
                "divide all pixels by 255", "scale=unit", "Inputs near 1 suit PyTorch's start of the weights."
            ),
            Repair(LONGER, "steps=1200", "After the leap no gradient is left that could lead back."),
            Repair("SGD(…, lr=1.0)", "lr=1", "Longer steps make the leap longer."),
        ),
    ),
    Condition(
        "over-fitting",
        "over-fitting: too few training images",
        "It has learned its few images by heart, down to what is chance in them.",
        (
            Repair(
                "train on thousands of images",
                "train=3200",
                "What thousands share is what a new image has too.",
            ),
            Repair(LONGER, "steps=1200", "It knows its images by heart already."),
            Repair(
                "wider layers: 256 and 128", "mlp:256,128", "More room to learn the same few images by heart."
            ),
        ),
    ),
    Condition(
        "healthy",
        "nothing: the run is healthy",
        "Dropout is on in training and off in the validation, so the validation looks better. That is how it should be.",
    ),
)


def condition_named(id: str) -> Condition:
    """The condition of that id. Raises KeyError."""
    return {condition.id: condition for condition in CONDITIONS}[id]
