"""Bar chart with names and numbers, as SVG."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, ROW, LEFT, BARS = 760, 28, 250, 430


def bars(title: str, values: Sequence[tuple[str, float]], ours: str) -> str:
    """Horizontal bars on one scale; bars whose name begins with `ours` are highlighted."""
    most = max(value for _, value in values)
    rows = []
    for number, (name, value) in enumerate(values):
        y = 44 + number * ROW
        color = "#1f6feb" if name.startswith(ours) else "#8c959f"
        length = max(1.0, value / most * BARS)
        rows.append(
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{length:.0f}" height="20" fill="{color}"/>'
            f'<text x="{LEFT + length + 6:.0f}" y="{y + 14}">{value:,.0f}</text>'
        )
    height = 54 + len(values) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="13">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="12" y="26" font-weight="bold">{escape(title)}</text>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )
