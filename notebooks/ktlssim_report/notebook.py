"""What a notebook shows: figures and sentences of the package."""
import io

from IPython.display import HTML, Image, display

from . import plots, reference, sections


def show(figure):
    """As PNG: nbconvert takes drawings out of the SVG it converts."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=200, metadata={"Software": None})
    display(Image(png.getvalue(), width=560))
    plots.plt.close(figure)


def show_plots(drawn, names):
    """Those of `figures.of_runs` or `sweep_plots.figures` that are named, with their captions."""
    for name, heading, caption, figure, _ in drawn:
        if name in names:
            display(HTML(f"<h3>{heading}</h3><p>{caption}</p>"))
            show(figure)
        plots.plt.close(figure)


def verdicts(points):
    """What limits each run, and why."""
    display(HTML("".join(sections.verdict(point) for point in points.itertuples())))


__all__ = ["display", "reference", "show", "show_plots", "verdicts"]
